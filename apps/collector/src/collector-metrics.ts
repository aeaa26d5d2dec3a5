import type { AttemptOutcome } from '@elias/coinbase';
import type { Coverage, Dataset } from '@elias/market-data';
import type { Metrics } from '@elias/telemetry';

/** What the collector counts. */
export class CollectorMetrics {
  private readonly windows;
  private readonly windowSeconds;
  private readonly periods;
  private readonly trades;
  private readonly refusedRequests;
  private readonly exchangeRequests;
  private readonly exchangeSeconds;
  private readonly allowancePart;
  private readonly waiting;

  constructor(metrics: Metrics) {
    this.windows = metrics.counter('elias_collector_windows_total', 'windows by what they came to: published, not_better, or the reason', [
      'outcome',
    ]);
    this.windowSeconds = metrics.histogram(
      'elias_collector_window_seconds',
      'from the first question to the answer on Kafka',
      [],
      [0.1, 0.5, 1, 5, 15, 60, 300],
    );
    this.periods = metrics.counter('elias_collector_periods_total', 'periods of collected windows by state', ['state']);
    this.trades = metrics.counter('elias_collector_trades_total', 'trades of collected windows, and those that are missing in them', [
      'state',
    ]);
    this.refusedRequests = metrics.counter('elias_collector_refused_requests_total', 'requests that cannot be served, by reason', [
      'reason',
    ]);
    this.exchangeRequests = metrics.counter('elias_collector_exchange_requests_total', 'requests to the exchange by outcome', ['outcome']);
    this.exchangeSeconds = metrics.histogram(
      'elias_collector_exchange_request_seconds',
      'from the permission to the whole answer',
      [],
      [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    );
    this.allowancePart = metrics.gauge(
      'elias_collector_allowance_ratio',
      "part of the exchange's allowance that is this process's, 0 to 1",
    );
    this.waiting = metrics.gauge('elias_collector_exchange_requests_waiting', 'requests to the exchange that wait for permission');
  }

  collected(dataset: Dataset, coverage: Coverage, published: boolean, elapsedMs: number): void {
    this.windows.inc({ outcome: published ? 'published' : 'not_better' });
    this.windowSeconds.observe(elapsedMs / 1_000);
    if (dataset === 'trades') {
      this.trades.inc({ state: 'present' }, coverage.present);
      this.trades.inc({ state: 'unknown' }, coverage.unknown);
      return;
    }
    for (const [state, count] of Object.entries({
      present: coverage.present,
      no_trade: coverage.noTrade,
      unknown: coverage.unknown,
      open: coverage.open,
    })) {
      this.periods.inc({ state }, count);
    }
  }

  failed(reason: string): void {
    this.windows.inc({ outcome: reason });
  }

  refused(reason: string): void {
    this.refusedRequests.inc({ reason });
  }

  asked(outcome: AttemptOutcome, elapsedMs: number, waiting: number): void {
    this.exchangeRequests.inc({ outcome });
    this.exchangeSeconds.observe(elapsedMs / 1_000);
    this.waiting.set(waiting);
  }

  owns(part: number): void {
    this.allowancePart.set(part);
  }
}
