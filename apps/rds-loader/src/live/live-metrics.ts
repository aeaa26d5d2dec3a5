import type { Metrics } from '@elias/telemetry';
import type { LiveRows, RefusedRecord } from './live-rows.js';

/** From a collector's clock to a row that stands; a second is what is promised. */
const DELAY_BUCKETS_S = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 15, 60];

/** What the live side counts, for `/metrics`. */
export class LiveMetrics {
  private readonly rows;
  private readonly passed;
  private readonly swept;
  private readonly delay;

  constructor(metrics: Metrics) {
    this.rows = metrics.counter('elias_rds_loader_live_rows_total', 'Live events that stand in the live tables', ['table']);
    this.passed = metrics.counter('elias_rds_loader_live_passed_over_total', 'Live events that are in no table, by why', ['reason']);
    this.swept = metrics.counter('elias_rds_loader_live_swept_rows_total', 'Live rows removed by the sweep, by why', ['reason']);
    const help = 'Time from the collector that received a trade to its row';
    this.delay = metrics.histogram('elias_rds_loader_live_trade_delay_seconds', help, [], DELAY_BUCKETS_S);
  }

  /** @param refused those of them that the store did not take */
  saved(rows: LiveRows, refused: readonly RefusedRecord[], savedAtMs: number): void {
    const without = new Set(refused.map(({ record }) => record));
    for (const table of ['trades', 'tickers', 'candles'] as const) {
      this.rows.inc({ table }, rows[table].filter(({ record }) => !without.has(record)).length);
    }
    for (const { record, data } of rows.trades) {
      if (!without.has(record)) this.delay.observe(Math.max(0, savedAtMs - Date.parse(data.received_at)) / 1_000);
    }
  }

  passedOver(expired: number, refused: number): void {
    this.passed.inc({ reason: 'expired' }, expired);
    this.passed.inc({ reason: 'refused' }, refused);
  }

  sweptRows({ settled, expired }: { settled: number; expired: number }): void {
    this.swept.inc({ reason: 'settled' }, settled);
    this.swept.inc({ reason: 'expired' }, expired);
  }
}
