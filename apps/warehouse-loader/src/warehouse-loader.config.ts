import { DAY_MS } from '@elias/market-data';
import { warehousePaceSettings } from '@elias/contracts';
import { groupSettings, kafkaSettings } from '@elias/kafka';
import { objectStoreSettings } from '@elias/object-store';
import { redshiftSettings } from '@elias/redshift';
import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';

const HOUR_MS = 3_600_000;

export const warehouseLoaderConfig = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...objectStoreSettings,
  ...redshiftSettings,
  REDSHIFT_COPY_ROLE_ARN: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/)
    .optional()
    .describe("ARN of the role that Redshift reads the bucket with; the warehouse's default role when not set"),
  WAREHOUSE_LOADER_GROUP: z.string().min(1).default('elias-warehouse-loader').describe('name of the consumer group'),
  ...warehousePaceSettings,
  WAREHOUSE_LOAD_BYTES_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(64 * 1024 * 1024)
    .describe('bytes of archives in one load; they are held in memory'),
  WAREHOUSE_SWEEP_INTERVAL_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(DAY_MS)
    .describe('milliseconds between two comparisons of all twins with the ledger; always right after a load'),
  WAREHOUSE_SWEEP_AT_START: z.stringbool().default(false).describe('true: compare at the start too, which wakes Redshift'),
  WAREHOUSE_STAGING_KEEP_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(DAY_MS)
    .describe('milliseconds after which staged files that nobody removed are removed'),
  WAREHOUSE_WATCH: z
    .enum(['off', 'report', 'load'])
    .default('report')
    .describe('archives that were never loaded are not looked for, told in log and metrics, or loaded too; always right after a load'),
  WAREHOUSE_WATCH_INTERVAL_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(DAY_MS)
    .describe('milliseconds between two comparisons of the bucket with the ledgers'),
  WAREHOUSE_WATCH_AFTER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(6 * HOUR_MS)
    .describe('milliseconds that an archive may take to be loaded'),
  WAREHOUSE_WATCH_POSTGRES_URL: z
    .url({ protocol: /^postgres(?:ql)?$/ })
    .optional()
    .describe("database whose ledger archives are looked for in too; Redshift's alone when not set"),
});
export type WarehouseLoaderConfig = z.output<typeof warehouseLoaderConfig>;
