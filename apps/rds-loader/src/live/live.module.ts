import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { postgresConnection, Postgres } from '@elias/postgres';
import { BackgroundLoop, Metrics } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import type { RdsLoaderConfig } from '../rds-loader.config.js';
import { CompareCandles } from '../quality/compare-candles.js';
import type { QualityMetrics } from '../quality/quality-metrics.js';
import { LiveMetrics } from './live-metrics.js';
import { LiveController } from './live.controller.js';
import { LoadLiveEvents } from './load-live-events.js';
import { PostgresLiveStore } from './postgres-live-store.js';

export interface LiveParts {
  config: RdsLoaderConfig;
  logger: Logger;
  metrics: Metrics;
  nowMs: () => number;
  onBug: (error: unknown) => void;
  quality: QualityMetrics;
}

const PARTS = Symbol('live parts');
const SWEEP_INTERVAL_MS = 60_000;
const COMPARE_INTERVAL_MS = 60_000;
/** Statements of live events are short; one that takes this long has lost its connection. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** The live tables, over connections of their own, so that neither plane waits for the other. */
@Module({})
export class LiveModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sweep: BackgroundLoop;
  private readonly comparison: BackgroundLoop;

  constructor(
    @Inject(PARTS) private readonly parts: LiveParts,
    @Inject(Postgres) private readonly postgres: Postgres,
    @Inject(PostgresLiveStore) store: PostgresLiveStore,
    @Inject(LiveMetrics) metrics: LiveMetrics,
  ) {
    const { config, logger, nowMs, quality } = parts;
    const round = async (): Promise<number> => {
      const swept = await store.sweep(new Date(nowMs() - config.RDS_LOADER_LIVE_KEEP_MS));
      metrics.sweptRows(swept);
      quality.late(swept.late);
      return swept.settled + swept.expired;
    };
    this.sweep = new BackgroundLoop({ name: 'sweep live tables', idleMs: SWEEP_INTERVAL_MS, logger, round });
    const candles = new CompareCandles(postgres, quality, logger, nowMs);
    this.comparison = new BackgroundLoop({ name: 'compare candles', idleMs: COMPARE_INTERVAL_MS, logger, round: () => candles.run() });
  }

  static forRoot(parts: LiveParts): DynamicModule {
    const { config, logger, metrics, nowMs } = parts;
    return {
      module: LiveModule,
      controllers: [LiveController],
      providers: [
        { provide: PARTS, useValue: parts },
        {
          provide: Postgres,
          useFactory: () =>
            new Postgres({
              ...postgresConnection(config),
              poolSize: config.RDS_LOADER_PARTITIONS_AT_ONCE + 1,
              applicationName: 'elias-rds-loader-live',
              timeoutMs: STATEMENT_TIMEOUT_MS,
              logger,
            }),
        },
        { provide: PostgresLiveStore, useFactory: (postgres: Postgres) => new PostgresLiveStore(postgres), inject: [Postgres] },
        { provide: LiveMetrics, useFactory: () => new LiveMetrics(metrics) },
        {
          provide: LoadLiveEvents,
          useFactory: (store: PostgresLiveStore, counts: LiveMetrics) =>
            new LoadLiveEvents({ store, keepMs: config.RDS_LOADER_LIVE_KEEP_MS, metrics: counts, logger, nowMs }),
          inject: [PostgresLiveStore, LiveMetrics],
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    for (const loop of [this.sweep, this.comparison]) loop.start(this.parts.onBug);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.sweep.stop(), this.comparison.stop()]);
    await this.postgres.close();
  }
}
