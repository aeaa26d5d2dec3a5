import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ServiceModule } from '@elias/telemetry';
import type { Metrics, Readiness } from '@elias/telemetry';
import { ControlController, RECORDINGS } from './control/control.controller.js';
import { FaultPlan } from './control/fault-plan.js';
import { RateLimit } from './control/rate-limit.js';
import { RequestCounts } from './control/request-counts.js';
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
  metrics: Metrics;
  readiness: Readiness;
}

@Module({})
export class ExchangeSimulatorModule {
  static forRoot({ market, clock, limit, recordings, metrics, readiness }: SimulatorParts): DynamicModule {
    const faults = new FaultPlan();
    const requests = metrics.counter('elias_exchange_simulator_requests_total', 'Requests by what became of them', ['outcome']);
    const counts = new RequestCounts((outcome) => requests.inc({ outcome: String(outcome) }));
    return {
      module: ExchangeSimulatorModule,
      imports: [ServiceModule.forRoot({ app: 'exchange-simulator', metrics, readiness })],
      controllers: [ControlController, ExchangeController],
      providers: [
        { provide: Market, useValue: market },
        { provide: SimulatorClock, useValue: clock },
        { provide: RateLimit, useValue: limit },
        { provide: FaultPlan, useValue: faults },
        { provide: RequestCounts, useValue: counts },
        { provide: RECORDINGS, useValue: recordings },
        { provide: Exchange, useValue: new Exchange(market, clock, limit, faults, counts) },
      ],
    };
  }
}
