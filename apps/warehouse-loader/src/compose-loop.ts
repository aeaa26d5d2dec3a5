import type { ObjectStore } from '@elias/object-store';
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

export interface LoopParts {
  readonly config: Pick<
    WarehouseLoaderConfig,
    'ARCHIVE_PREFIX' | 'REDSHIFT_COPY_ROLE_ARN' | 'WAREHOUSE_SWEEP_INTERVAL_MS' | 'WAREHOUSE_SWEEP_AT_START' | 'WAREHOUSE_STAGING_KEEP_MS'
  >;
  readonly objects: Pick<ObjectStore, 'bucket' | 'get' | 'put' | 'head' | 'list' | 'delete'>;
  readonly data: RedshiftData;
  readonly queue: LoadQueue;
  readonly announce: Announce;
  readonly metrics: LoaderMetrics;
  readonly logger: Logger;
}

/** The loader's parts on S3 and Redshift. */
export function loadLoop({ config, objects, data, queue, announce, metrics, logger }: LoopParts): LoadLoop {
  const prefix = config.ARCHIVE_PREFIX;
  const warehouse = new RedshiftWarehouse(data, { bucket: objects.bucket, copyRoleArn: config.REDSHIFT_COPY_ROLE_ARN ?? null });
  const stage = new StageLoads(objects, prefix);
  const twins = new KeepTwins(objects, prefix, warehouse);
  const onConflict = (): void => metrics.retries.inc({ cause: 'conflict' });
  const nowMs = Date.now;
  const runLoad = new RunLoad({ warehouse, stage, prefix, logger, nowMs, onConflict });
  return new LoadLoop({
    queue,
    loadBatch: new LoadBatch({ objects, stage, runLoad, twins, logger }),
    twins,
    stage,
    sweep: new SweepLeftovers({ objects, prefix, warehouse, twins, logger, nowMs, stagingKeepMs: config.WAREHOUSE_STAGING_KEEP_MS }),
    announce,
    metrics,
    logger,
    sweepIntervalMs: config.WAREHOUSE_SWEEP_INTERVAL_MS,
    sweepAtStart: config.WAREHOUSE_SWEEP_AT_START,
    nowMs,
  });
}
