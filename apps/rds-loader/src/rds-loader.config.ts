import { groupSettings, kafkaSettings } from '@elias/kafka';
import { objectStoreSettings } from '@elias/object-store';
import { postgresSettings } from '@elias/postgres';
import { serviceSettings } from '@elias/telemetry';
import { windowPartsSettings } from '@elias/window-parts';
import { z } from 'zod';

const { ARCHIVE_PREFIX, ...bucketSettings } = objectStoreSettings;

const MIB = 1024 * 1024;

/** Settings, whatever the source. */
export const rdsLoaderConfig = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...postgresSettings,
  ...windowPartsSettings,
  ARCHIVE_PREFIX,
  RDS_LOADER_SOURCE: z.enum(['topic', 'archive']).default('topic').describe('topic|archive: where the rows come from'),
  RDS_LOADER_GROUP: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,180}$/)
    .optional()
    .describe('consumer group; by default elias-rds-loader, or elias-rds-loader-archive'),
  RDS_LOADER_PARTITIONS_AT_ONCE: z.coerce.number().int().min(1).max(64).default(2).describe('partitions loaded side by side, 1 to 64'),
  RDS_LOADER_TRANSACTION_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(64 * MIB)
    .default(2 * MIB)
    .describe('CSV bytes of one transaction'),
  RDS_LOADER_LIVE: z.enum(['on', 'off']).default('on').describe('on: the live topics fill the live tables; off: windows alone are loaded'),
  RDS_LOADER_LIVE_KEEP_MS: z.coerce
    .number()
    .int()
    .min(60_000)
    .default(172_800_000)
    .describe('milliseconds for which live trades and candles are kept that no settled window tells'),
  RDS_LOADER_FETCHES_AT_ONCE: z.coerce.number().int().min(1).max(256).default(8).describe('archives fetched side by side'),
});
export type RdsLoaderConfig = z.output<typeof rdsLoaderConfig>;

/** What the source `archive` needs besides. */
export const archiveSourceConfig = z.object(bucketSettings);
export type ArchiveSourceConfig = z.output<typeof archiveSourceConfig>;
