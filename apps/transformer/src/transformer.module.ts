import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { EncodedRecord } from '@elias/contracts';
import { KafkaClient, placeRecord, RecordProducer } from '@elias/kafka';
import { postgresConnection, Outbox, Postgres } from '@elias/postgres';
import { BackgroundLoop, Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { ComputeDay } from './compute-day.js';
import { EventsController } from './events.controller.js';
import { NoteEvents } from './note-events.js';
import { CandleStore } from './postgres/candle-store.js';
import { ProductStore } from './postgres/product-store.js';
import { TransformStore } from './postgres/transform-store.js';
import { reachDays } from './read-day.js';
import type { TransformerConfig } from './transformer.config.js';
import { TransformerMetrics } from './transformer-metrics.js';

/** What the process brings. */
export interface TransformerParts {
  config: TransformerConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  onBug: (error: unknown) => void;
}

const PARTS = Symbol('transformer parts');
const RECORDS_PER_SEND_MAX = 500;

@Module({})
export class TransformerModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loops: BackgroundLoop[];

  constructor(
    @Inject(PARTS) private readonly parts: TransformerParts,
    @Inject(Postgres) private readonly postgres: Postgres,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(ComputeDay) compute: ComputeDay,
  ) {
    const { logger } = parts;
    const outbox = new Outbox<EncodedRecord>(postgres);
    const send = (records: EncodedRecord[]): Promise<unknown> => producer.send(records.map(placeRecord));
    this.loops = [
      new BackgroundLoop({ name: 'compute days', idleMs: 500, logger, round: () => compute.run() }),
      new BackgroundLoop({ name: 'send outbox', idleMs: 250, logger, round: () => outbox.send(RECORDS_PER_SEND_MAX, send) }),
    ];
    parts.readiness.add('postgres', () => this.loops.map(({ trouble }) => trouble).find((trouble) => trouble !== null) ?? null);
  }

  static forRoot(parts: TransformerParts): DynamicModule {
    const { config, logger, metrics, readiness, kafka } = parts;
    return {
      module: TransformerModule,
      imports: [ServiceModule.forRoot({ app: 'transformer', metrics, readiness })],
      controllers: [EventsController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: RecordProducer, useFactory: () => kafka.producer() },
        {
          provide: Postgres,
          useFactory: () => new Postgres({ ...postgresConnection(config), applicationName: 'elias-transformer', logger }),
        },
        {
          provide: NoteEvents,
          useFactory: (postgres: Postgres) =>
            new NoteEvents({
              postgres,
              candles: new CandleStore(),
              products: new ProductStore(),
              transforms: new TransformStore(),
              reachDays: reachDays(config.DISCOUNT_WINDOWS),
            }),
          inject: [Postgres],
        },
        {
          provide: ComputeDay,
          useFactory: (postgres: Postgres) =>
            new ComputeDay({
              postgres,
              candles: new CandleStore(),
              products: new ProductStore(),
              transforms: new TransformStore(),
              outbox: new Outbox<EncodedRecord>(postgres),
              metrics: new TransformerMetrics(metrics),
              logger,
              spans: config.DISCOUNT_WINDOWS,
              excluded: config.DISCOUNT_EXCLUDED_PRODUCTS,
              settleMs: config.TRANSFORMER_SETTLE_MS,
              newCollectionId: () => uuidv7(),
            }),
          inject: [Postgres],
        },
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.producer.connect();
    for (const loop of this.loops) loop.start(this.parts.onBug);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
    await this.producer.disconnect();
    await this.parts.kafka.close();
    await this.postgres.close();
  }
}
