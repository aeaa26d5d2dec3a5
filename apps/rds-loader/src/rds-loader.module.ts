import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, Provider } from '@nestjs/common';
import { MARKET_SCHEMA } from '@elias/contracts';
import { KafkaClient } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { postgresConnection, Postgres } from '@elias/postgres';
import { Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { spoolFolder } from '@elias/window-parts';
import { ArchiveObjectsController } from './archive-objects.controller.js';
import { FollowArchiveObjects } from './follow-archive-objects.js';
import { KafkaLoadEvents } from './kafka-load-events.js';
import { LoadArchives } from './load-archives.js';
import { LoadBatch } from './load-batch.js';
import { LoadWindowParts } from './load-window-parts.js';
import { LoadWindowRecords } from './load-window-records.js';
import { LoadWindows } from './load-windows.js';
import { LiveModule } from './live/live.module.js';
import { LoaderMetrics } from './loader-metrics.js';
import { QualityMetrics } from './quality/quality-metrics.js';
import { PostgresWindowStore } from './postgres/postgres-window-store.js';
import type { ArchiveSourceConfig, RdsLoaderConfig } from './rds-loader.config.js';
import { WindowsController } from './windows.controller.js';

/** What the process brings. `bucket` only where archives are the source. */
export interface RdsLoaderParts {
  config: RdsLoaderConfig;
  bucket: ArchiveSourceConfig | null;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  /** milliseconds since the epoch */
  nowMs: () => number;
  onBug: (error: unknown) => void;
}

const PARTS = Symbol('rds-loader parts');

@Module({})
export class RdsLoaderModule implements OnApplicationShutdown {
  constructor(
    @Inject(PARTS) private readonly parts: RdsLoaderParts,
    @Inject(Postgres) private readonly postgres: Postgres,
  ) {
    parts.readiness.add('postgres', async () => {
      await postgres.query('SELECT FROM market.load_ledger LIMIT 1');
      return null;
    });
  }

  static forRoot(parts: RdsLoaderParts): DynamicModule {
    const { config, metrics, readiness, logger } = parts;
    const { RDS_LOADER_SOURCE: source, RDS_LOADER_PARTITIONS_AT_ONCE: partitionsAtOnce } = config;
    const quality = config.RDS_LOADER_LIVE === 'on' ? new QualityMetrics(metrics) : null;
    const connections: Provider[] = [
      { provide: PARTS, useValue: parts },
      {
        provide: Postgres,
        // one for each partition at work, one for the readiness check
        useFactory: () =>
          new Postgres({ ...postgresConnection(config), poolSize: partitionsAtOnce + 1, applicationName: 'elias-rds-loader', logger }),
      },
      { provide: LoaderMetrics, useFactory: () => new LoaderMetrics(metrics) },
    ];
    const livePlane = quality === null ? null : { keepMs: config.RDS_LOADER_LIVE_KEEP_MS, metrics: quality, nowMs: parts.nowMs };
    const loading: Provider[] = [
      {
        provide: PostgresWindowStore,
        useFactory: (postgres: Postgres) => new PostgresWindowStore(postgres, config.ARCHIVE_PREFIX, MARKET_SCHEMA, livePlane),
        inject: [Postgres],
      },
      {
        provide: LoadBatch,
        useFactory: (store: PostgresWindowStore, counts: LoaderMetrics) =>
          new LoadBatch({
            windows: new LoadWindows(store),
            events: new KafkaLoadEvents(parts.kafka.producer()),
            source,
            metrics: counts,
            logger,
          }),
        inject: [PostgresWindowStore, LoaderMetrics],
      },
    ];
    return {
      module: RdsLoaderModule,
      imports: [
        ServiceModule.forRoot({ app: 'rds-loader', metrics, readiness }),
        ...(quality === null ? [] : [LiveModule.forRoot({ ...parts, quality })]),
      ],
      controllers: source === 'topic' ? [WindowsController, ArchiveObjectsController] : [ArchiveObjectsController],
      providers: [...connections, ...loading, ...(parts.bucket === null ? fromTopic(parts) : fromArchives(config, parts.bucket))],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.kafka.close();
    await this.postgres.close();
  }
}

function fromTopic({ config, logger, nowMs }: RdsLoaderParts): Provider[] {
  return [
    {
      provide: LoadWindowRecords,
      useFactory: (batch: LoadBatch, counts: LoaderMetrics) => new LoadWindowRecords(batch, config.RDS_LOADER_TRANSACTION_BYTES, counts),
      inject: [LoadBatch, LoaderMetrics],
    },
    {
      provide: LoadWindowParts,
      useFactory: (loadBatch: LoadBatch, metrics: LoaderMetrics) => {
        const { WINDOW_SPOOL_DIR: dir, ARCHIVE_ABANDONED_AFTER_MS: abandonedAfterMs } = config;
        return new LoadWindowParts({ loadBatch, metrics, logger, folder: spoolFolder(dir, 'rds-loader'), abandonedAfterMs, nowMs });
      },
      inject: [LoadBatch, LoaderMetrics],
    },
    {
      provide: FollowArchiveObjects,
      useFactory: (store: PostgresWindowStore, counts: LoaderMetrics) => new FollowArchiveObjects(store, null, counts),
      inject: [PostgresWindowStore, LoaderMetrics],
    },
  ];
}

function fromArchives(config: RdsLoaderConfig, bucket: ArchiveSourceConfig): Provider[] {
  return [
    {
      provide: ObjectStore,
      useFactory: () => new ObjectStore({ region: bucket.AWS_REGION, endpoint: bucket.S3_ENDPOINT, bucket: bucket.ARCHIVE_BUCKET }),
    },
    {
      provide: FollowArchiveObjects,
      useFactory: (store: PostgresWindowStore, batch: LoadBatch, archives: ObjectStore, counts: LoaderMetrics) => {
        const load = new LoadArchives(batch, archives, config.RDS_LOADER_TRANSACTION_BYTES, config.RDS_LOADER_FETCHES_AT_ONCE);
        return new FollowArchiveObjects(store, { load, batch }, counts);
      },
      inject: [PostgresWindowStore, LoadBatch, ObjectStore, LoaderMetrics],
    },
  ];
}
