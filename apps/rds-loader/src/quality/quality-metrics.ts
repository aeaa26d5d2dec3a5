import type { Metrics } from '@elias/telemetry';

/** Live trades of a window against those that settled. */
export interface FeedQuality {
  settled: number;
  missed: number;
  doubled: number;
  altered: number;
  unsettled: number;
}

const WHATS = ['settled', 'missed', 'doubled', 'altered', 'unsettled'] as const;

/** What was found of the live plane and of candles, for `/metrics`. */
export class QualityMetrics {
  private readonly trades;
  private readonly minutes;

  constructor(metrics: Metrics) {
    this.trades = metrics.counter(
      'elias_rds_loader_feed_quality_trades_total',
      'Trades of windows that became whole: settled, missed by the live plane, told late, doubled, altered, or told and not settled; missed less late is lost',
      ['what'],
    );
    this.minutes = metrics.counter(
      'elias_rds_loader_candle_minutes_total',
      'Minutes rebuilt from settled trades and held against the candles of the exchange, by whether they are equal',
      ['outcome'],
    );
  }

  found(windows: readonly { compared: readonly FeedQuality[]; late: number }[]): void {
    for (const { compared, late } of windows) {
      this.late(late);
      for (const quality of compared) for (const what of WHATS) this.trades.inc({ what }, quality[what]);
    }
  }

  late(trades: number): void {
    this.trades.inc({ what: 'late' }, trades);
  }

  compared(minutes: number, differing: number): void {
    this.minutes.inc({ outcome: 'equal' }, minutes - differing);
    this.minutes.inc({ outcome: 'differs' }, differing);
  }
}
