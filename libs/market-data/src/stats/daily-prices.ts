import type { Candle } from '../candle.js';
import type { PeriodState } from '../coverage.js';
import { DAY_MS } from './calendar-day.js';
import type { CandleColumns } from './candle-columns.js';
import { candleColumns } from './candle-columns.js';
import type { CoveredCandles } from './covered-candles.js';
import { PERIOD_STATES } from './covered-candles.js';

/** A close, and the day it is of, which may be the one before the day asked for. */
export interface DatedPrice {
  /** canonical decimal */
  readonly text: string;
  readonly value: number;
  readonly dayMs: number;
}

/** Why there is no close: nobody knows the day, the product was not there yet, or it did not trade for too long. */
export type NoClose = 'unknown' | 'not_listed' | 'no_trade';

/** Daily candles (86,400 s) of a product, parsed once and asked by day. Days are given as their first instant, `dayMs`. */
export class DailyPrices {
  private readonly columns: CandleColumns;
  private readonly rows: Int32Array;
  private readonly fromMs: number;
  private readonly listedFromMs: number;

  /**
   * @param listedFromMs when the product was first seen, null if nobody knows. The first candle shows as much; the earlier one counts,
   * and the day that holds it is the first on which the product was listed.
   * @throws RangeError when the candles are no daily candles, or do not fit their span
   */
  constructor(covered: CoveredCandles, listedFromMs: number | null = null) {
    if (covered.granularity !== 86_400 || covered.fromMs % DAY_MS !== 0) throw new RangeError('not daily candles from a UTC midnight on');
    this.fromMs = covered.fromMs;
    this.columns = candleColumns(covered);
    this.rows = new Int32Array(this.columns.states.length).fill(-1);
    this.columns.period.forEach((day, row) => (this.rows[day] = row));
    const firstCandleMs = this.columns.candles[0]?.startedAtMs ?? Number.POSITIVE_INFINITY;
    this.listedFromMs = Math.floor(Math.min(firstCandleMs, listedFromMs ?? Number.POSITIVE_INFINITY) / DAY_MS) * DAY_MS;
  }

  /** What is known of a day; outside the span nothing is. */
  stateOn(dayMs: number): PeriodState {
    const state = this.columns.states[this.dayAt(dayMs)];
    return state === undefined ? 'unknown' : PERIOD_STATES[state]!;
  }

  /** The day's candle, null unless it is present. */
  candleOn(dayMs: number): Candle | null {
    return this.columns.candles[this.rowOn(dayMs)] ?? null;
  }

  /** Whether the product was listed on the day, as far as that is shown. */
  listedOn(dayMs: number): boolean {
    return dayMs >= this.listedFromMs;
  }

  /**
   * close(D): of day D; if D is verified to have had no trade, that of the day before, which stands at most 24 h before D ends; else null.
   */
  closeOf(dayMs: number): DatedPrice | null {
    const closeMs = this.stateOn(dayMs) === 'no_trade' ? dayMs - DAY_MS : dayMs;
    const row = this.rowOn(closeMs);
    return row === -1 ? null : { text: this.columns.candles[row]!.close, value: this.columns.close[row]!, dayMs: closeMs };
  }

  /** Why `closeOf` gives null. */
  whyNoClose(dayMs: number): NoClose {
    if (this.stateOn(dayMs) !== 'no_trade') return 'unknown';
    if (!this.listedOn(dayMs)) return 'not_listed';
    return this.stateOn(dayMs - DAY_MS) === 'no_trade' ? 'no_trade' : 'unknown';
  }

  /**
   * Highest price over the `days` days that end with D, D included; a day verified to have had no trade is skipped.
   * @returns null unless the product was listed on all of them, none is unknown or open, and one had a trade
   */
  highOver(dayMs: number, days: number): { text: string; value: number } | null {
    let highest = -1;
    const firstMs = dayMs - (days - 1) * DAY_MS;
    if (!this.listedOn(firstMs)) return null;
    for (let atMs = firstMs; atMs <= dayMs; atMs += DAY_MS) {
      const row = this.rowOn(atMs);
      if (row === -1 && this.stateOn(atMs) !== 'no_trade') return null;
      if (row !== -1 && (highest === -1 || this.columns.high[row]! > this.columns.high[highest]!)) highest = row;
    }
    return highest === -1 ? null : { text: this.columns.candles[highest]!.high, value: this.columns.high[highest]! };
  }

  private dayAt(dayMs: number): number {
    return (dayMs - this.fromMs) / DAY_MS;
  }

  private rowOn(dayMs: number): number {
    return this.rows[this.dayAt(dayMs)] ?? -1;
  }
}
