import { warehousePaceSettings } from '@elias/contracts';
import { groupSettings, kafkaSettings } from '@elias/kafka';
import { objectStoreSettings } from '@elias/object-store';
import { redshiftSettings } from '@elias/redshift';
import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';

const DAY_MS = 86_400_000;

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
});
export type WarehouseLoaderConfig = z.output<typeof warehouseLoaderConfig>;
