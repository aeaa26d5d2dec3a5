import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { createCoinbase } from '@elias/coinbase';
import type { Coinbase } from '@elias/coinbase';
import { KafkaClient, RecordProducer } from '@elias/kafka';
import { postgresConnection, LeaderLock, Postgres } from '@elias/postgres';
import type { Leadership } from '@elias/postgres';
import { Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { ForeseeRun } from './backfill/foresee-run.js';
import { LedgerReads } from './backfill/ledger-reads.js';
import { CancelRun } from './runs/cancel-run.js';
import { CheckStore } from './checks/check-store.js';
import { CloseRuns } from './closing/close-runs.js';
import { ClosingStore } from './closing/closing-store.js';
import { DailyRunStore } from './schedule/daily-run-store.js';
import { EventsController } from './tasks/events.controller.js';
import { ExchangeCatalog } from './runs/exchange-catalog.js';
import { backfillPace, checkRules, webhookOf } from './orchestrator.config.js';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { NotificationStore } from './notify/notification-store.js';
import { SendNotifications } from './notify/send-notifications.js';
import { ProblemFilter } from './api/problem.filter.js';
import { FollowedProducts } from './products/followed-products.js';
import { ProductsController } from './products/products.controller.js';
import { PipelineLoops } from './pipeline-loops.js';
import { ReadApiModule } from './api/read-api.module.js';
import { PurgeOld } from './purge/purge-old.js';
import { PurgeStore } from './purge/purge-store.js';
import { RecordFacts } from './tasks/record-facts.js';
import { ReleaseRequests } from './tasks/release-requests.js';
import { RetryRun } from './runs/retry-run.js';
import { RunControlStore } from './runs/run-control-store.js';
import { RunStore } from './runs/run-store.js';
import { RunsController } from './runs/runs.controller.js';
import { SendOutbox } from './tasks/send-outbox.js';
import { StartDailyRuns } from './schedule/start-daily-runs.js';
import { StartRun } from './runs/start-run.js';
import { SuperviseRuns } from './runs/supervise-runs.js';

/** What the process brings. */
export interface OrchestratorParts {
  config: OrchestratorConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  kafka: KafkaClient;
  /** milliseconds since the epoch; decides which days are due */
  clock: () => number;
  /** how often the schedule looks at the clock besides its hour, which starts what was missed or failed */
  scheduleLookMs: number;
  onBug: (error: unknown) => void;
}

const PARTS = Symbol('orchestrator parts');
const COINBASE = Symbol('exchange');

@Module({})
export class OrchestratorModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly leadership: Leadership;

  constructor(
    @Inject(PARTS) private readonly parts: OrchestratorParts,
    @Inject(Postgres) private readonly postgres: Postgres,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(COINBASE) private readonly coinbase: Coinbase,
    @Inject(LeaderLock) private readonly lock: LeaderLock,
    @Inject(PipelineLoops) private readonly loops: PipelineLoops,
  ) {
    const { readiness, metrics } = parts;
    readiness.add('postgres', () => this.loops.trouble ?? this.lock.trouble);
    readiness.inform('leadership', () => (this.lock.leads ? 'leader' : 'standby'));
    const leader = metrics.gauge('elias_orchestrator_leader', '1 while this instance schedules, releases and sends, else 0');
    leader.set(0);
    this.leadership = {
      elected: () => {
        leader.set(1);
        this.loops.start(parts.onBug);
      },
      deposed: () => {
        leader.set(0);
        return this.loops.stop();
      },
    };
  }

  static forRoot(parts: OrchestratorParts): DynamicModule {
    const { config, logger, metrics, readiness, kafka, clock, scheduleLookMs } = parts;
    const deadlineMs = config.ORCHESTRATOR_RUN_DEADLINE_MS;
    const webhook = webhookOf(config);
    const snapshotLateMsMax = config.EXCHANGE_SNAPSHOT_LATE_MS_MAX;
    const rules = {
      ...{ catchUpDays: config.ORCHESTRATOR_CATCH_UP_DAYS, deadlineMs, snapshotLateMsMax },
      trades: { hourly: config.ORCHESTRATOR_TRADES_HOURLY, daily: config.ORCHESTRATOR_TRADES_DAILY },
    };
    return {
      module: OrchestratorModule,
      imports: [
        ScheduleModule.forRoot(),
        ServiceModule.forRoot({ app: 'orchestrator', metrics, readiness }),
        ReadApiModule.forRoot({ config, logger }),
      ],
      controllers: [RunsController, ProductsController, EventsController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: RecordProducer, useFactory: () => kafka.producer() },
        {
          provide: Postgres,
          useFactory: () => new Postgres({ ...postgresConnection(config), applicationName: 'elias-orchestrator', poolSize: 8, logger }),
        },
        {
          provide: LeaderLock,
          useFactory: () =>
            new LeaderLock({
              ...postgresConnection(config),
              name: 'elias.orchestrator',
              applicationName: 'elias-orchestrator-lock',
              logger,
            }),
        },
        { provide: RunStore, useFactory: (postgres: Postgres) => new RunStore(postgres), inject: [Postgres] },
        { provide: RunControlStore, useFactory: () => new RunControlStore() },
        { provide: LedgerReads, useFactory: (postgres: Postgres) => new LedgerReads(postgres), inject: [Postgres] },
        { provide: DailyRunStore, useFactory: (postgres: Postgres) => new DailyRunStore(postgres), inject: [Postgres] },
        { provide: COINBASE, useFactory: () => createCoinbase({ config, underWayMax: 1, part: 1 }) },
        {
          provide: StartRun,
          useFactory: (store: RunStore, control: RunControlStore, catalog: ExchangeCatalog, ledger: LedgerReads) =>
            new StartRun(store, control, catalog, ledger, clock, deadlineMs, snapshotLateMsMax, rules.trades),
          inject: [RunStore, RunControlStore, ExchangeCatalog, LedgerReads],
        },
        {
          provide: ExchangeCatalog,
          useFactory: (coinbase: Coinbase) => new ExchangeCatalog(coinbase, Date.now, logger),
          inject: [COINBASE],
        },
        {
          provide: FollowedProducts,
          useFactory: (postgres: Postgres, catalog: ExchangeCatalog) =>
            new FollowedProducts(postgres, catalog, config.ORCHESTRATOR_PRODUCTS),
          inject: [Postgres, ExchangeCatalog],
        },
        {
          provide: ForeseeRun,
          useFactory: (store: RunStore, control: RunControlStore, ledger: LedgerReads) =>
            new ForeseeRun(store, control, ledger, backfillPace(config), clock),
          inject: [RunStore, RunControlStore, LedgerReads],
        },
        {
          provide: CancelRun,
          useFactory: (store: RunStore, control: RunControlStore) => new CancelRun(store, control),
          inject: [RunStore, RunControlStore],
        },
        {
          provide: RetryRun,
          useFactory: (store: RunStore, control: RunControlStore) => new RetryRun(store, control, deadlineMs),
          inject: [RunStore, RunControlStore],
        },
        {
          provide: StartDailyRuns,
          useFactory: (store: RunStore, daily: DailyRunStore, control: RunControlStore, products: FollowedProducts) =>
            new StartDailyRuns(store, daily, control, products, rules, clock, logger),
          inject: [RunStore, DailyRunStore, RunControlStore, FollowedProducts],
        },
        {
          provide: SuperviseRuns,
          useFactory: (store: RunStore, control: RunControlStore, notifications: NotificationStore) =>
            new SuperviseRuns(store, control, notifications, logger, metrics),
          inject: [RunStore, RunControlStore, NotificationStore],
        },
        { provide: CheckStore, useFactory: () => new CheckStore() },
        {
          provide: NotificationStore,
          useFactory: (postgres: Postgres) => new NotificationStore(postgres, webhook !== null),
          inject: [Postgres],
        },
        {
          provide: SendNotifications,
          useFactory: (store: NotificationStore) => new SendNotifications(store, webhook, logger, metrics),
          inject: [NotificationStore],
        },
        {
          provide: CloseRuns,
          useFactory: (store: RunStore, postgres: Postgres, checks: CheckStore, notifications: NotificationStore) =>
            new CloseRuns({
              store,
              closing: new ClosingStore(postgres),
              checks,
              notifications,
              rules: checkRules(config),
              logger,
              metrics,
            }),
          inject: [RunStore, Postgres, CheckStore, NotificationStore],
        },
        { provide: RecordFacts, useFactory: (store: RunStore) => new RecordFacts(store), inject: [RunStore] },
        {
          provide: ReleaseRequests,
          useFactory: (store: RunStore) => new ReleaseRequests(store, config.ORCHESTRATOR_BACKFILL_WINDOWS_MAX, clock),
          inject: [RunStore],
        },
        {
          provide: SendOutbox,
          useFactory: (store: RunStore, producer: RecordProducer) => new SendOutbox(store, producer),
          inject: [RunStore, RecordProducer],
        },
        { provide: PurgeOld, useFactory: (postgres: Postgres) => new PurgeOld(new PurgeStore(postgres), logger), inject: [Postgres] },
        {
          provide: PipelineLoops,
          useFactory: (
            ...[release, outbox, close, supervise, notifications, daily, purge]: [
              ...[ReleaseRequests, SendOutbox, CloseRuns, SuperviseRuns, SendNotifications, StartDailyRuns, PurgeOld],
            ]
          ) =>
            new PipelineLoops(
              { release, outbox, close, supervise, notifications, daily, purge },
              { schedule: config.ORCHESTRATOR_SCHEDULE === 'on', scheduleLookMs, logger },
            ),
          inject: [ReleaseRequests, SendOutbox, CloseRuns, SuperviseRuns, SendNotifications, StartDailyRuns, PurgeOld],
        },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(logger) },
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.producer.connect();
    this.lock.start(this.leadership, this.parts.onBug);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.lock.stop();
    await this.producer.disconnect();
    await this.coinbase.close();
    await this.postgres.close();
  }
}
