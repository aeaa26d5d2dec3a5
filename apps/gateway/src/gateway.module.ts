import { Inject, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { KafkaClient } from '@elias/kafka';
import { ServiceModule } from '@elias/telemetry';
import type { Logger, Metrics, Readiness } from '@elias/telemetry';
import { GatewayMetrics } from './gateway-metrics.js';
import type { GatewayConfig } from './gateway.config.js';
import { StreamController } from './stream/stream.controller.js';
import { KafkaPast } from './subscribe/kafka-past.js';
import { Sessions } from './subscribe/sessions.js';
import { MarketTail } from './tail/market-tail.js';
import { MarketGateway } from './websocket/market.gateway.js';

/** What the process brings. */
export interface GatewayParts {
  config: GatewayConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  onFatal: (error: unknown) => void;
}

const PARTS = Symbol('gateway parts');

@Module({})
export class GatewayModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(PARTS) private readonly parts: GatewayParts,
    @Inject(MarketTail) private readonly tail: MarketTail,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(GatewayMetrics) private readonly counts: GatewayMetrics,
  ) {
    parts.readiness.add('kafka tail', () => tail.whyNotReady());
  }

  static forRoot(parts: GatewayParts): DynamicModule {
    const { config, logger, metrics, readiness, kafka, onFatal } = parts;
    const counts = new GatewayMetrics(metrics);
    const tail = new MarketTail({
      client: kafka,
      ringBytes: config.GATEWAY_RING_BYTES,
      onBadRecord: (topic) => counts.badRecord(topic),
      onBroken: (why) => {
        logger.error({ why }, 'the tail is broken, every client begins anew');
        sessions.cutAll('records-lost', why);
      },
      onFatal,
      logger,
    });
    const readersMax = config.GATEWAY_PAST_READERS_MAX;
    const past = new KafkaPast({ client: kafka, tail, readersMax, onRead: (running) => counts.readingPast(running), logger });
    const limits = {
      subscriptionsMax: config.GATEWAY_SUBSCRIPTIONS_MAX,
      bufferBytes: config.GATEWAY_CLIENT_BUFFER_BYTES,
      stallMs: config.GATEWAY_CLIENT_STALL_MS,
    };
    const sessions = new Sessions({ clientsMax: config.GATEWAY_CLIENTS_MAX, limits, past, metrics: counts, logger });
    return {
      module: GatewayModule,
      imports: [ServiceModule.forRoot({ app: 'gateway', metrics, readiness })],
      controllers: [StreamController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: MarketTail, useValue: tail },
        { provide: Sessions, useValue: sessions },
        { provide: GatewayMetrics, useValue: counts },
        MarketGateway,
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.tail.start();
    this.timer = setInterval(() => {
      this.sessions.ping();
      this.counts.ringBytes(this.tail.bytes);
    }, this.parts.config.GATEWAY_PING_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.sessions.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tail.stop();
    await this.parts.kafka.close();
  }
}
