import { Inject, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { placeRecord } from '@elias/kafka';
import type { KafkaClient, RecordProducer } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { Postgres } from '@elias/postgres';
import { RedshiftData, redshiftTarget } from '@elias/redshift';
import { ServiceModule } from '@elias/telemetry';
import type { Logger, Metrics, Readiness } from '@elias/telemetry';
import { ArchiveObjectsController } from './archive-objects.controller.js';
import type { Announce } from './answer-batch.js';
import { loadLoop } from './compose-loop.js';
import { LoadLoop } from './load-loop.js';
import { LoadQueue } from './load-queue.js';
import { LoaderMetrics } from './loader-metrics.js';
import type { WarehouseLoaderConfig } from './warehouse-loader.config.js';

/** What the process brings. */
export interface WarehouseLoaderParts {
  config: WarehouseLoaderConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  onBug: (error: unknown) => void;
}

const PARTS = Symbol('warehouse-loader parts');
const WATCHED = Symbol('database whose ledger is looked at');

/** A load in hand may finish this long after the stop; then it is dropped, and read again by whoever comes. */
const FINISH_WITHIN_MS = 15_000;
/** Readiness answers within two seconds. */
const BUCKET_ANSWER_MS = 1_500;

@Module({})
export class WarehouseLoaderModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(PARTS) private readonly parts: WarehouseLoaderParts,
    @Inject(ObjectStore) private readonly objects: ObjectStore,
    @Inject(RedshiftData) private readonly data: RedshiftData,
    @Inject(LoadLoop) private readonly loop: LoadLoop,
    @Inject(WATCHED) private readonly watched: { readonly postgres: Postgres | null },
  ) {}

  static forRoot(parts: WarehouseLoaderParts): DynamicModule {
    const { config, logger, metrics, readiness, kafka } = parts;
    const { AWS_REGION: region, ARCHIVE_BUCKET: bucket, S3_ENDPOINT: endpoint, ARCHIVE_KMS_KEY_ID: kmsKeyId } = config;
    const objects = new ObjectStore({ region, endpoint, bucket, kmsKeyId });
    const data = new RedshiftData({ region, target: redshiftTarget(config) });
    const queue = new LoadQueue({
      intervalMs: config.WAREHOUSE_LOAD_INTERVAL_MS,
      eventsMax: config.WAREHOUSE_LOAD_WINDOWS_MAX,
      bytesMax: config.WAREHOUSE_LOAD_BYTES_MAX,
      nowMs: () => performance.now(),
    });
    const announce = announceBy(kafka.producer());
    const url = config.WAREHOUSE_WATCH_POSTGRES_URL;
    const postgres = url === undefined ? null : new Postgres({ url, applicationName: 'elias-warehouse-loader', poolSize: 1, logger });
    const loop = loadLoop({ config, objects, data, postgres, queue, announce, metrics: new LoaderMetrics(metrics), logger });
    // health asks Kafka and S3 only: a question to Redshift would wake it, every time
    readiness.add('warehouse', () => loop.trouble);
    readiness.add('bucket', () => objects.check({ signal: AbortSignal.timeout(BUCKET_ANSWER_MS) }));
    return {
      module: WarehouseLoaderModule,
      imports: [ServiceModule.forRoot({ app: 'warehouse-loader', metrics, readiness })],
      controllers: [ArchiveObjectsController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: ObjectStore, useValue: objects },
        { provide: RedshiftData, useValue: data },
        { provide: LoadQueue, useValue: queue },
        { provide: LoadLoop, useValue: loop },
        { provide: WATCHED, useValue: { postgres } },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.loop.start(this.parts.onBug);
  }

  /** Before the transport closes, so that what is loaded is answered and its offsets are committed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop(FINISH_WITHIN_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.kafka.close();
    await this.watched.postgres?.close();
    this.objects.close();
    this.data.close();
  }
}

/** Events on the loads topic. The producer connects when it is first used, and again after a failure. */
function announceBy(producer: RecordProducer): Announce {
  return async (records) => {
    await producer.connect();
    await producer.send(records.map((record) => placeRecord(record)));
  };
}
