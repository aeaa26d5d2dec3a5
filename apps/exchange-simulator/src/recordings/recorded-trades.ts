import { rowsOf } from '../candles/candle-row.js';
import type { CandleRow } from '../candles/candle-row.js';
import type { CandleBlock } from '../candles/candle-block.js';
import { scaledOf } from '../candles/decimal-sum.js';
import type { Scaled } from '../candles/decimal-sum.js';
import { below, bitsAt, fieldOf } from '../random.js';
import type { TradedMinute, TradeTape } from '../trades/trade-tape.js';

interface CountedMinutes {
  decimals: { price: number; size: number };
  /** seconds, rising */
  times: Uint32Array;
  /** trades before minute i; one entry more than minutes */
  tradesBefore: Uint32Array;
}

/**
 * Trades that fit recorded minutes. The recordings hold none, so number, times and sizes are made; opens, closes,
 * highs, lows and volumes are the recorded ones. Nothing is computed before the first trade is asked for.
 */
export class RecordedTrades implements TradeTape {
  readonly firstTradeId = 1;
  readonly seed: string;
  private counted: CountedMinutes | null = null;

  constructor(
    productId: string,
    private readonly minutes: CandleBlock,
  ) {
    this.seed = `recorded ${productId}`;
  }

  get decimals(): { price: number; size: number } {
    return this.count().decimals;
  }

  minuteOfTrade(tradeId: number): TradedMinute | null {
    const { tradesBefore } = this.count();
    if (tradeId < 1 || tradeId > (tradesBefore.at(-1) ?? 0)) return null;
    return this.minute(lastAtMost(tradesBefore, tradeId - 1));
  }

  minuteAtOrBefore(timeS: number): TradedMinute | null {
    const { times } = this.count();
    const index = lastAtMost(times, timeS);
    return index < 0 ? null : this.minute(index);
  }

  private minute(index: number): TradedMinute | null {
    const { decimals, times, tradesBefore } = this.count();
    const time = times[index] ?? 0;
    const slice = this.minutes.between(time, time);
    const [row] = slice === null ? [] : rowsOf([slice]);
    const before = tradesBefore[index] ?? 0;
    if (row === undefined) return null;
    return { ...inIncrements(row, decimals), firstTradeId: before + 1, trades: (tradesBefore[index + 1] ?? 0) - before };
  }

  private count(): CountedMinutes {
    if (this.counted !== null) return this.counted;
    const slice = this.minutes.between(0, Number.MAX_SAFE_INTEGER);
    const rows = slice === null ? [] : rowsOf([slice]).reverse();
    const decimals = { price: 0, size: 0 };
    for (const row of rows) {
      for (const price of [row.open, row.high, row.low, row.close]) decimals.price = Math.max(decimals.price, placesOf(price));
      decimals.size = Math.max(decimals.size, placesOf(row.volume));
    }
    const field = fieldOf(this.seed);
    const tradesBefore = new Uint32Array(rows.length + 1);
    rows.forEach((row, index) => {
      tradesBefore[index + 1] = (tradesBefore[index] ?? 0) + tradesIn(inIncrements(row, decimals), bitsAt(field, 0, row.time));
    });
    this.counted = { decimals, times: Uint32Array.from(rows, (row) => row.time), tradesBefore };
    return this.counted;
  }
}

/** As few trades as the candle's shape needs, and up to eight more, as far as its volume goes. */
function tradesIn({ open, high, low, close, volume }: Omit<TradedMinute, 'firstTradeId' | 'trades'>, bits: number): number {
  const wicks = Number(high > Math.max(open, close)) + Number(low < Math.min(open, close));
  const needed = (open === close && wicks === 0 ? 1 : 2) + wicks;
  return Math.max(1, Math.min(needed + below(bits, 9), volume));
}

function inIncrements(row: CandleRow, decimals: { price: number; size: number }): Omit<TradedMinute, 'firstTradeId' | 'trades'> {
  const price = (text: string): number => increments(scaledOf(text), decimals.price);
  return {
    time: row.time,
    open: price(row.open),
    high: price(row.high),
    low: price(row.low),
    close: price(row.close),
    volume: increments(scaledOf(row.volume), decimals.size),
  };
}

function increments({ units, scale }: Scaled, decimals: number): number {
  return scale <= decimals ? Number(units * 10n ** BigInt(decimals - scale)) : Number(units / 10n ** BigInt(scale - decimals));
}

/** Decimals that a number needs, zeros at the end not counted. */
function placesOf(text: string): number {
  let { units, scale } = scaledOf(text);
  for (; scale > 0 && units % 10n === 0n; scale -= 1) units /= 10n;
  return scale;
}

/** Index of the last entry not above a value in a rising list, or -1. */
function lastAtMost(values: Uint32Array, value: number): number {
  let low = -1;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
