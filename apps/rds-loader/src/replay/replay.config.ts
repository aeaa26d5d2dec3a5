import { postgresSettings } from '@elias/postgres';
import { rdsLoaderConfig, archiveSourceConfig } from '../rds-loader.config.js';

/** Settings of a replay: those of the service, as far as they concern tables and archives. */
export const replayConfig = rdsLoaderConfig
  .pick({
    LOG_LEVEL: true,
    WINDOW_SPOOL_DIR: true,
    ARCHIVE_PREFIX: true,
    RDS_LOADER_PARTITIONS_AT_ONCE: true,
    RDS_LOADER_TRANSACTION_BYTES: true,
    RDS_LOADER_FETCHES_AT_ONCE: true,
  })
  .extend({ ...postgresSettings, ...archiveSourceConfig.shape });
