import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { createCoinbase } from '@elias/coinbase';
import type { Coinbase } from '@elias/coinbase';
import { KafkaClient, RecordProducer } from '@elias/kafka';
import { Postgres } from '@elias/postgres';
import { Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { BackgroundLoop } from './background-loop.js';
import { EventsController } from './events.controller.js';
import { ExchangeCatalog } from './exchange-catalog.js';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { ProblemFilter } from './problem.filter.js';
import { RecordFacts } from './record-facts.js';
import { ReleaseRequests } from './release-requests.js';
import { RunStore } from './run-store.js';
import { RunsController } from './runs.controller.js';
import { SendOutbox } from './send-outbox.js';
import { StartRun } from './start-run.js';

/** What the process brings. */
export interface OrchestratorParts {
  config: OrchestratorConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  onBug: (error: unknown) => void;
}

const PARTS = Symbol('orchestrator parts');
const COINBASE = Symbol('exchange');

@Module({})
export class OrchestratorModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loops: BackgroundLoop[];

  constructor(
    @Inject(PARTS) private readonly parts: OrchestratorParts,
    @Inject(Postgres) private readonly postgres: Postgres,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(COINBASE) private readonly coinbase: Coinbase,
    @Inject(ReleaseRequests) release: ReleaseRequests,
    @Inject(SendOutbox) outbox: SendOutbox,
  ) {
    const { logger } = parts;
    this.loops = [
      new BackgroundLoop({ name: 'release requests', idleMs: 250, logger, round: () => release.run() }),
      new BackgroundLoop({ name: 'send outbox', idleMs: 100, logger, round: () => outbox.run() }),
    ];
    parts.readiness.add('postgres', () => this.loops.map(({ trouble }) => trouble).find((trouble) => trouble !== null) ?? null);
  }

  static forRoot(parts: OrchestratorParts): DynamicModule {
    const { config, logger, metrics, readiness, kafka } = parts;
    return {
      module: OrchestratorModule,
      imports: [ServiceModule.forRoot({ app: 'orchestrator', metrics, readiness })],
      controllers: [RunsController, EventsController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: RecordProducer, useFactory: () => kafka.producer() },
        {
          provide: Postgres,
          useFactory: () => new Postgres({ url: config.POSTGRES_URL, applicationName: 'elias-orchestrator', poolSize: 8, logger }),
        },
        { provide: RunStore, useFactory: (postgres: Postgres) => new RunStore(postgres), inject: [Postgres] },
        { provide: COINBASE, useFactory: () => createCoinbase({ config, underWayMax: 1, part: 1 }) },
        {
          provide: StartRun,
          useFactory: (store: RunStore, coinbase: Coinbase) =>
            new StartRun(store, new ExchangeCatalog(coinbase, Date.now, logger), Date.now),
          inject: [RunStore, COINBASE],
        },
        { provide: RecordFacts, useFactory: (store: RunStore) => new RecordFacts(store), inject: [RunStore] },
        {
          provide: ReleaseRequests,
          useFactory: (store: RunStore) => new ReleaseRequests(store, config.ORCHESTRATOR_BACKFILL_WINDOWS_MAX, Date.now),
          inject: [RunStore],
        },
        {
          provide: SendOutbox,
          useFactory: (store: RunStore, producer: RecordProducer) => new SendOutbox(store, producer),
          inject: [RunStore, RecordProducer],
        },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(logger) },
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
    await this.coinbase.close();
    await this.postgres.close();
  }
}
