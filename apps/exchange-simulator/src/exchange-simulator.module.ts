import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ServiceModule } from '@elias/telemetry';
import type { Metrics, Readiness } from '@elias/telemetry';
import { ControlController, RECORDINGS } from './control/control.controller.js';
import { FaultPlan } from './control/fault-plan.js';
import { RateLimit } from './control/rate-limit.js';
import { RequestCounts } from './control/request-counts.js';
import type { CapturePlayer } from './feed/capture-player.js';
import { CAPTURE, FeedController } from './feed/feed.controller.js';
import { FeedFaultPlan } from './feed/feed-fault-plan.js';
import { FeedServer } from './feed/feed-server.js';
import { Feed } from './feed/feed.js';
import type { FeedOptions } from './feed/feed.js';
import { Market } from './market.js';
import type { RecordedCandles } from './recordings/recorded-candles.js';
import { Exchange } from './rest/exchange.js';
import { ExchangeController } from './rest/exchange.controller.js';
import { SimulatorClock } from './simulator-clock.js';

export interface SimulatorParts {
  market: Market;
  clock: SimulatorClock;
  limit: RateLimit;
  recordings: ReadonlyMap<string, RecordedCandles>;
  /** told on the feed in place of made trades; null: none */
  capture?: CapturePlayer | null;
  feedOptions?: FeedOptions;
  metrics: Metrics;
  readiness: Readiness;
}

@Module({})
export class ExchangeSimulatorModule {
  static forRoot({
    market,
    clock,
    limit,
    recordings,
    capture = null,
    feedOptions = {},
    metrics,
    readiness,
  }: SimulatorParts): DynamicModule {
    const faults = new FaultPlan();
    const feedFaults = new FeedFaultPlan();
    const requests = metrics.counter('elias_exchange_simulator_requests_total', 'Requests by what became of them', ['outcome']);
    const counts = new RequestCounts((outcome) => requests.inc({ outcome: String(outcome) }));
    return {
      module: ExchangeSimulatorModule,
      imports: [ServiceModule.forRoot({ app: 'exchange-simulator', metrics, readiness })],
      controllers: [ControlController, FeedController, ExchangeController],
      providers: [
        { provide: Market, useValue: market },
        { provide: SimulatorClock, useValue: clock },
        { provide: RateLimit, useValue: limit },
        { provide: FaultPlan, useValue: faults },
        { provide: RequestCounts, useValue: counts },
        { provide: RECORDINGS, useValue: recordings },
        { provide: FeedFaultPlan, useValue: feedFaults },
        { provide: CAPTURE, useValue: capture },
        { provide: Feed, useValue: new Feed({ market, clock, limit, faults: feedFaults, capture }, feedOptions) },
        FeedServer,
        { provide: Exchange, useValue: new Exchange(market, clock, limit, faults, counts) },
      ],
    };
  }
}
