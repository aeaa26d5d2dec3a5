import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import type { Coinbase } from '@elias/coinbase';
import type { KafkaClient } from '@elias/kafka';
import { isLoopback, Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { removeSpoolFolder, spoolFolder } from '@elias/window-parts';
import { v7 as uuidv7 } from 'uuid';
import { AnswerRequest } from './answer-request.js';
import { CollectWindow } from './collect-window.js';
import type { CollectorMetrics } from './collector-metrics.js';
import type { CollectorConfig } from './collector.config.js';
import { ASKING_TOKEN, ExchangeWindowController } from './exchange-window/exchange-window.controller.js';
import { TellWindow } from './exchange-window/tell-window.js';
import { KafkaEventLog } from './kafka-event-log.js';
import type { LivePlane } from './live/live-plane.js';
import type { ProductCatalogue } from './product-catalogue.js';
import { RequestIntake } from './request-intake.js';
import { RequestsController } from './requests.controller.js';
import type { UntilDone } from './until-done.js';

/** What the process brings. */
export interface CollectorParts {
  config: CollectorConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  coinbase: Coinbase;
  collectorMetrics: CollectorMetrics;
  catalogue: ProductCatalogue;
  untilDone: UntilDone;
  /** null: nothing is streamed */
  live: LivePlane | null;
  onBug: (error: unknown) => void;
}

const PARTS = Symbol('collector parts');
const SPOOL = Symbol('folder of windows that are too large for memory');

@Module({})
export class CollectorModule implements OnApplicationShutdown {
  constructor(
    @Inject(PARTS) private readonly parts: CollectorParts,
    @Inject(SPOOL) private readonly spool: string,
  ) {}

  static forRoot(parts: CollectorParts): DynamicModule {
    const { config, logger, metrics, readiness, kafka, coinbase, collectorMetrics, catalogue, untilDone } = parts;
    readiness.add('kafka producer', () => untilDone.trouble);
    const { client } = coinbase;
    const folder = spoolFolder(config.WINDOW_SPOOL_DIR, 'collector');
    const collectWindow = new CollectWindow({
      exchange: {
        now: (call) => client.now(call),
        time: (call) => client.time(call),
        product: (productId, call) => catalogue.find(productId, call),
        candles: (...question) => client.candles(...question),
        listing: (call) => client.listing(call),
        stats: (productId, call) => client.stats(productId, call),
        trades: (...question) => client.trades(...question),
        paceMs: (requests) => coinbase.paceMs(requests),
      },
      deadlineMs: config.COLLECTOR_REQUEST_DEADLINE_MS,
      windowsAtOnce: config.COLLECTOR_WINDOWS_AT_ONCE,
      newCollectionId: uuidv7,
      snapshotLateMsMax: config.EXCHANGE_SNAPSHOT_LATE_MS_MAX,
      spoolFolder: folder,
    });
    const log = new KafkaEventLog(kafka.producer());
    const answerRequest = new AnswerRequest({ collectWindow, log, untilDone, metrics: collectorMetrics, logger });
    const intake = new RequestIntake({
      answer: (batch, record) => answerRequest.run(batch, record),
      aheadMax: config.COLLECTOR_REQUESTS_AHEAD,
      atOnce: config.COLLECTOR_WINDOWS_AT_ONCE,
      onBug: parts.onBug,
    });
    return {
      module: CollectorModule,
      imports: [ServiceModule.forRoot({ app: 'collector', metrics, readiness })],
      controllers: [RequestsController, ExchangeWindowController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: SPOOL, useValue: folder },
        { provide: RequestIntake, useValue: intake },
        { provide: TellWindow, useValue: new TellWindow(collectWindow, () => coinbase.part) },
        { provide: ASKING_TOKEN, useValue: { required: config.COLLECTOR_TOKEN ?? (isLoopback(config.HTTP_HOST) ? null : undefined) } },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.live?.close();
    await this.parts.coinbase.close();
    await this.parts.kafka.close();
    removeSpoolFolder(this.spool);
  }
}
