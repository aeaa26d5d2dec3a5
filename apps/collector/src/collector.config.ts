import { coinbaseSettings } from '@elias/coinbase';
import { groupSettings, kafkaSettings } from '@elias/kafka';
import { serviceSettings } from '@elias/telemetry';
import { spoolSettings } from '@elias/window-parts';
import { z } from 'zod';
import { liveSettings } from './live/live-settings.js';

const positive = (byDefault: number): z.ZodDefault<z.ZodCoercedNumber> => z.coerce.number().int().positive().default(byDefault);

export const collectorConfig = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...coinbaseSettings,
  ...liveSettings,
  ...spoolSettings,
  COLLECTOR_GROUP: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default('elias-collector')
    .describe('consumer group, letters, digits, dot, dash and underscore; collectors of one group share the work and the allowance'),
  COLLECTOR_REQUESTS_AHEAD: positive(8).describe('requests of one partition that are in hand at once, a whole number above 0'),
  COLLECTOR_WINDOWS_AT_ONCE: positive(24).describe('windows that are collected at once, a whole number above 0'),
  COLLECTOR_PAGES_IN_FLIGHT: positive(16).describe('requests to the exchange under way at once, a whole number above 0'),
  COLLECTOR_REQUEST_DEADLINE_MS: positive(120_000).describe(
    'milliseconds for one window with all repeats, beyond what its pages take at the allowed rate',
  ),
  COLLECTOR_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe(
      'bearer token for who audits by asking the exchange again, 16 characters or more; without it only HTTP_HOST on loopback answers',
    ),
  COLLECTOR_PRODUCTS_TTL_MS: positive(600_000).describe("milliseconds for which the exchange's list of products is good"),
});
export type CollectorConfig = z.output<typeof collectorConfig>;
