import type { ObjectStore } from '@elias/object-store';
import type { Postgres } from '@elias/postgres';
import type { RedshiftData } from '@elias/redshift';
import type { Logger } from '@elias/telemetry';
import type { Announce } from './answer-batch.js';
import { KeepTwins } from './keep-twins.js';
import { LoadBatch } from './load-batch.js';
import { LoadLoop } from './load-loop.js';
import type { LoadQueue } from './load-queue.js';
import type { LoaderMetrics } from './loader-metrics.js';
import { RedshiftWarehouse } from './redshift/redshift-warehouse.js';
import { RunLoad } from './run-load.js';
import { StageLoads } from './stage-load.js';
import { SweepLeftovers } from './sweep-leftovers.js';
import type { WarehouseLoaderConfig } from './warehouse-loader.config.js';
import { FindUnloaded } from './watch/find-unloaded.js';
import { WatchArchives } from './watch/watch-archives.js';
import { postgresLedger, redshiftLedger } from './watch/watched-ledgers.js';

export interface LoopParts {
  readonly config: Pick<
    WarehouseLoaderConfig,
    | 'ARCHIVE_PREFIX'
    | 'REDSHIFT_COPY_ROLE_ARN'
    | 'WAREHOUSE_SWEEP_INTERVAL_MS'
    | 'WAREHOUSE_SWEEP_AT_START'
    | 'WAREHOUSE_STAGING_KEEP_MS'
    | 'WAREHOUSE_WATCH'
    | 'WAREHOUSE_WATCH_INTERVAL_MS'
    | 'WAREHOUSE_WATCH_AFTER_MS'
  >;
  /** whose ledger archives are looked for in too; null: Redshift's alone */
  readonly postgres: Postgres | null;
  readonly objects: Pick<ObjectStore, 'bucket' | 'get' | 'put' | 'head' | 'list' | 'delete'>;
  readonly data: RedshiftData;
  readonly queue: LoadQueue;
  readonly announce: Announce;
  readonly metrics: LoaderMetrics;
  readonly logger: Logger;
}

/** The loader's parts on S3 and Redshift. */
export function loadLoop({ config, objects, data, postgres, queue, announce, metrics, logger }: LoopParts): LoadLoop {
  const prefix = config.ARCHIVE_PREFIX;
  const warehouse = new RedshiftWarehouse(data, { bucket: objects.bucket, copyRoleArn: config.REDSHIFT_COPY_ROLE_ARN ?? null });
  const stage = new StageLoads(objects, prefix);
  const twins = new KeepTwins(objects, prefix, warehouse);
  const onConflict = (): void => metrics.retries.inc({ cause: 'conflict' });
  const nowMs = Date.now;
  const runLoad = new RunLoad({ warehouse, stage, prefix, logger, nowMs, onConflict });
  const ledgers = [redshiftLedger(warehouse), ...(postgres === null ? [] : [postgresLedger(postgres)])];
  const find = new FindUnloaded({ objects, prefix, ledgers, nowMs, afterMs: config.WAREHOUSE_WATCH_AFTER_MS });
  const loads = config.WAREHOUSE_WATCH === 'load';
  return new LoadLoop({
    queue,
    loadBatch: new LoadBatch({ objects, stage, runLoad, twins, logger }),
    twins,
    stage,
    sweep: new SweepLeftovers({ objects, prefix, warehouse, twins, logger, nowMs, stagingKeepMs: config.WAREHOUSE_STAGING_KEEP_MS }),
    watch: config.WAREHOUSE_WATCH === 'off' ? null : new WatchArchives({ find, objects, queue, metrics, logger, loads }),
    watchIntervalMs: config.WAREHOUSE_WATCH_INTERVAL_MS,
    announce,
    metrics,
    logger,
    sweepIntervalMs: config.WAREHOUSE_SWEEP_INTERVAL_MS,
    sweepAtStart: config.WAREHOUSE_SWEEP_AT_START,
    nowMs,
  });
}
