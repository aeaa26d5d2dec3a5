import { allowanceOf, coinbaseSettings } from '@elias/coinbase';
import { warehousePaceSettings } from '@elias/contracts';
import { groupSettings, kafkaSettings } from '@elias/kafka';
import { DEFAULT_PRODUCT_IDS, isProductId } from '@elias/market-data';
import { objectStoreSettings } from '@elias/object-store';
import { postgresSettings } from '@elias/postgres';
import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';
import { serviceViewSettings } from './pipeline/services.js';
import type { BackfillPace } from './backfill/plan-backfill.js';
import type { CheckRules } from './checks/check.js';
import type { Webhook } from './notify/send-notifications.js';
import { WEBHOOK_SECRET } from './notify/sign-webhook.js';

const products = z.array(z.string().refine(isProductId)).min(1);

const tradedProducts = (how: string) =>
  z
    .string()
    .default('')
    .transform((list) => [...new Set(list.split(',').map((id) => id.trim()))].filter((id) => id !== ''))
    .pipe(z.array(z.string().refine(isProductId)))
    .describe(`products whose trades the daily run collects, ${how}, comma separated; none by default`);

const share = (fallback: number) => z.coerce.number().min(0).max(1).default(fallback);

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

const settings = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...postgresSettings,
  AWS_REGION: objectStoreSettings.AWS_REGION,
  S3_ENDPOINT: objectStoreSettings.S3_ENDPOINT,
  ARCHIVE_BUCKET: objectStoreSettings.ARCHIVE_BUCKET,
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
    .describe('products of the daily run at the very first start, comma separated; from then on `elias products` changes them'),
  ORCHESTRATOR_TRADES_HOURLY: tradedProducts('by the hour: busy ones'),
  ORCHESTRATOR_TRADES_DAILY: tradedProducts('by the day'),
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
  ...warehousePaceSettings,
  ORCHESTRATOR_CHECK_UNKNOWN_MAX: share(0.01).describe("share of a day's minutes, 0 to 1, that may be unknown before its run fails"),
  ORCHESTRATOR_CHECK_VOLUME_MIN: share(0.02).describe(
    "share of the median volume of the 31 days before, 0 to 1, that a day's volume has to reach, or its run fails",
  ),
  ORCHESTRATOR_CHECK_JUMP_SIGMAS: z.coerce
    .number()
    .positive()
    .default(6)
    .describe('standard deviations of daily returns; a day whose price moved further is warned of'),
  ORCHESTRATOR_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => URL.parse(url)?.password === '' && URL.parse(url)?.username === '')
    .optional()
    .describe('where runs that failed or are late, and checks that failed, are posted to; nowhere without'),
  ORCHESTRATOR_WEBHOOK_SECRET: z
    .string()
    .regex(WEBHOOK_SECRET)
    .optional()
    .describe('key that signs what is posted, `whsec_` and Base64 as Standard Webhooks has it; required with ORCHESTRATOR_WEBHOOK_URL'),
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
  ORCHESTRATOR_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) => (list === '' ? [] : list.split(',').map((part) => part.trim())))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])))
    .describe('addresses or networks, comma separated, whose X-Forwarded-For names who asks, e.g. 10.0.0.0/8; nobody is believed without'),
});

export const orchestratorConfig = settings
  .refine(({ HTTP_HOST, ORCHESTRATOR_API_TOKEN }) => ORCHESTRATOR_API_TOKEN !== undefined || LOOPBACK.test(HTTP_HOST), {
    path: ['ORCHESTRATOR_API_TOKEN'],
    message: 'is required when others can reach the API',
  })
  .refine(({ ORCHESTRATOR_TRADES_HOURLY: hourly, ORCHESTRATOR_TRADES_DAILY: daily }) => !daily.some((id) => hourly.includes(id)), {
    path: ['ORCHESTRATOR_TRADES_DAILY'],
    message: 'names a product of ORCHESTRATOR_TRADES_HOURLY: windows of trades never overlap',
  })
  .refine(({ ORCHESTRATOR_WEBHOOK_URL: url, ORCHESTRATOR_WEBHOOK_SECRET: secret }) => url === undefined || secret !== undefined, {
    path: ['ORCHESTRATOR_WEBHOOK_SECRET'],
    message: 'is required with ORCHESTRATOR_WEBHOOK_URL',
  });
export type OrchestratorConfig = z.output<typeof orchestratorConfig>;

export function checkRules(config: OrchestratorConfig): CheckRules {
  return {
    unknownShareMax: config.ORCHESTRATOR_CHECK_UNKNOWN_MAX,
    volumeShareMin: config.ORCHESTRATOR_CHECK_VOLUME_MIN,
    jumpSigmas: config.ORCHESTRATOR_CHECK_JUMP_SIGMAS,
  };
}

/** What bounds a backfill: the allowance that all collectors together aim at, and the warehouse's loads. */
export function backfillPace(config: OrchestratorConfig): BackfillPace {
  const limit = { perSecond: config.EXCHANGE_REQUESTS_PER_SECOND, burst: config.EXCHANGE_BURST };
  return {
    requestsPerSecond: allowanceOf(limit, config.EXCHANGE_ALLOWANCE_SHARE, 1).perSecond,
    loadIntervalMs: config.WAREHOUSE_LOAD_INTERVAL_MS,
    loadWindowsMax: config.WAREHOUSE_LOAD_WINDOWS_MAX,
  };
}

/** Whom to tell; null when nobody is to be told. */
export function webhookOf({ ORCHESTRATOR_WEBHOOK_URL: url, ORCHESTRATOR_WEBHOOK_SECRET: secret }: OrchestratorConfig): Webhook | null {
  return url === undefined || secret === undefined ? null : { url, secret };
}
