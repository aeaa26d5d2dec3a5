import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { KafkaClient } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { removeSpoolFolder, spoolFolder } from '@elias/window-parts';
import { ArchiveBatch } from './archive-batch.js';
import { ArchiveParts } from './archive-parts.js';
import { ArchiveWindow } from './archive-window.js';
import { ArchiverMetrics } from './archiver-metrics.js';
import type { ArchiverConfig } from './archiver.config.js';
import { KafkaArchiveEvents } from './kafka/kafka-archive-events.js';
import { bucketReadiness } from './s3/bucket-readiness.js';
import { S3ArchiveStore } from './s3/s3-archive-store.js';
import { WindowsController } from './windows.controller.js';

/** What the process brings. */
export interface ArchiverParts {
  config: ArchiverConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
}

const SPOOL = Symbol('folder of windows that are not whole yet');

@Module({})
export class ArchiverModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(KafkaClient) private readonly kafka: KafkaClient,
    @Inject(SPOOL) private readonly spool: string,
    @Inject(ArchiveParts) private readonly parts: ArchiveParts,
  ) {}

  static forRoot({ config, logger, metrics, readiness, kafka }: ArchiverParts): DynamicModule {
    const store = new ObjectStore({
      region: config.AWS_REGION,
      endpoint: config.S3_ENDPOINT,
      bucket: config.ARCHIVE_BUCKET,
      kmsKeyId: config.ARCHIVE_KMS_KEY_ID,
    });
    readiness.add(
      'bucket',
      bucketReadiness(store, () => performance.now()),
    );
    const parts = {
      archive: new ArchiveWindow(new S3ArchiveStore(store), config.ARCHIVE_PREFIX),
      events: new KafkaArchiveEvents(kafka.producer()),
      metrics: new ArchiverMetrics(metrics),
      logger,
    };
    const archiveBatch = new ArchiveBatch({ ...parts, windowsAtOnce: config.ARCHIVER_WINDOWS_AT_ONCE });
    const folder = spoolFolder(config.WINDOW_SPOOL_DIR, 'archiver');
    const archiveParts = new ArchiveParts({ ...parts, folder, abandonedAfterMs: config.ARCHIVE_ABANDONED_AFTER_MS, nowMs: Date.now });
    return {
      module: ArchiverModule,
      imports: [ServiceModule.forRoot({ app: 'archiver', metrics, readiness })],
      controllers: [WindowsController],
      providers: [
        { provide: ObjectStore, useValue: store },
        { provide: KafkaClient, useValue: kafka },
        { provide: ArchiveBatch, useValue: archiveBatch },
        { provide: ArchiveParts, useValue: archiveParts },
        { provide: SPOOL, useValue: folder },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.parts.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.parts.stop();
    await this.kafka.close();
    removeSpoolFolder(this.spool);
    this.store.close();
  }
}
