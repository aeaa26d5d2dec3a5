import type { BoundedCache } from '../candles/bounded-cache.js';
import type { TradedMinute, TradeTape } from '../trades/trade-tape.js';
import { dayOfTrade, makeDay, MINUTES_PER_DAY } from './make-day.js';
import type { MadeDay, MadeProduct } from './make-day.js';
import type { CountedCandle } from './merge-minutes.js';

const { floor, max, min } = Math;

const DAY_S = 86_400;
/** 5 values of 8 bytes and one of 4 per minute */
const DAY_BYTES = MINUTES_PER_DAY * 44;

/** The minutes of one made product, made day by day as they are asked for. */
export class MadeDays implements TradeTape {
  readonly firstTradeId = 1;

  constructor(
    private readonly product: MadeProduct,
    private readonly cache: BoundedCache<MadeDay>,
  ) {}

  get productId(): string {
    return this.product.profile.productId;
  }

  get decimals(): { price: number; size: number } {
    return { price: this.product.profile.priceDecimals, size: this.product.profile.sizeDecimals };
  }

  get seed(): string {
    return `${this.product.seed} ${this.productId}`;
  }

  /** There is no trade before this instant, seconds. */
  get listedS(): number {
    return this.product.profile.listedDay * DAY_S;
  }

  /** Null when nobody traded in it. */
  minute(timeS: number): TradedMinute | null {
    return minuteOf(this.day(floor(timeS / DAY_S)), floor((timeS % DAY_S) / 60));
  }

  minuteOfTrade(tradeId: number): TradedMinute | null {
    if (tradeId < this.firstTradeId) return null;
    const day = this.day(dayOfTrade(this.product, tradeId));
    const before = tradeId - day.firstTradeId;
    let low = 0;
    let high = MINUTES_PER_DAY - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((day.tradesBefore[middle + 1] ?? 0) > before) high = middle;
      else low = middle + 1;
    }
    return minuteOf(day, low);
  }

  minuteAtOrBefore(timeS: number): TradedMinute | null {
    for (let atS = floor(timeS / 60) * 60; atS >= this.listedS; atS -= 60) {
      const minute = this.minute(atS);
      if (minute !== null) return minute;
    }
    return null;
  }

  /** One candle of the minutes `[from, to)` of a day; null when none of them had a trade. */
  merged(dayNumber: number, from: number, to: number): CountedCandle | null {
    const day = this.day(dayNumber);
    const candle = { time: dayNumber * DAY_S + from * 60, open: 0, high: 0, low: Number.POSITIVE_INFINITY, close: 0, volume: 0 };
    for (let minute = from; minute < to; minute += 1) {
      const volume = day.volume[minute] ?? 0;
      if (volume === 0) continue;
      if (candle.volume === 0) candle.open = day.open[minute] ?? 0;
      candle.high = max(candle.high, day.high[minute] ?? 0);
      candle.low = min(candle.low, day.low[minute] ?? 0);
      candle.close = day.close[minute] ?? 0;
      candle.volume += volume;
    }
    return candle.volume === 0 ? null : candle;
  }

  private day(day: number): MadeDay {
    return this.cache.get(
      `${this.productId} ${day}`,
      () => makeDay(this.product, day),
      () => DAY_BYTES,
    );
  }
}

function minuteOf(day: MadeDay, minute: number): TradedMinute | null {
  const before = day.tradesBefore[minute] ?? 0;
  const trades = (day.tradesBefore[minute + 1] ?? 0) - before;
  if (trades === 0) return null;
  return {
    time: day.day * DAY_S + minute * 60,
    open: day.open[minute] ?? 0,
    high: day.high[minute] ?? 0,
    low: day.low[minute] ?? 0,
    close: day.close[minute] ?? 0,
    volume: day.volume[minute] ?? 0,
    firstTradeId: day.firstTradeId + before,
    trades,
  };
}
