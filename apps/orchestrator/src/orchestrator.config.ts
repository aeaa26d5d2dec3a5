import { coinbaseSettings } from '@elias/coinbase';
import { kafkaSettings } from '@elias/kafka';
import { DEFAULT_PRODUCT_IDS, isProductId } from '@elias/market-data';
import { postgresSettings } from '@elias/postgres';
import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';
import { serviceViewSettings } from './pipeline/services.js';

const products = z.array(z.string().refine(isProductId)).min(1);

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

const settings = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...postgresSettings,
  ...coinbaseSettings,
  ORCHESTRATOR_GROUP: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .default('elias-orchestrator')
    .describe('consumer group, letters, digits, dot, dash and underscore; orchestrators of one group share the events'),
  ORCHESTRATOR_SCHEDULE: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on: every ended UTC day is collected at 00:15 UTC, and again a day and a week later; off: runs start when asked for alone'),
  ORCHESTRATOR_PRODUCTS: z
    .string()
    .default(DEFAULT_PRODUCT_IDS.join(','))
    .transform((list) => [...new Set(list.split(',').map((id) => id.trim()))])
    .pipe(products)
    .describe('products of the daily run, comma separated'),
  ORCHESTRATOR_CATCH_UP_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(366)
    .default(7)
    .describe('days that are caught up at most when the daily run was missed'),
  ORCHESTRATOR_RUN_DEADLINE_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(21_600_000)
    .describe('milliseconds after which a run that has not ended is late; it goes on'),
  ORCHESTRATOR_BACKFILL_WINDOWS_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(96)
    .describe('windows of backfills that are asked for at once; the rest waits, so that the day never does'),
  ...serviceViewSettings,
  ORCHESTRATOR_API_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('bearer token that every request of the API has to carry, 16 characters or more; required unless HTTP_HOST is loopback'),
  ORCHESTRATOR_API_REQUESTS_PER_SECOND: z.coerce
    .number()
    .int()
    .positive()
    .default(200)
    .describe('requests/s that one address may make; more are answered 429'),
});

export const orchestratorConfig = settings.refine(
  ({ HTTP_HOST, ORCHESTRATOR_API_TOKEN }) => ORCHESTRATOR_API_TOKEN !== undefined || LOOPBACK.test(HTTP_HOST),
  { path: ['ORCHESTRATOR_API_TOKEN'], message: 'is required when others can reach the API' },
);
export type OrchestratorConfig = z.output<typeof orchestratorConfig>;
