import { CandleBlock } from '../candles/candle-block.js';
import type { BoundedCache } from '../candles/bounded-cache.js';
import { bucketStart } from '../candles/candle-row.js';
import type { Granularity } from '../candles/candle-row.js';
import type { CandleRange, CandleSource } from '../candles/candle-source.js';
import { layOutTrades } from '../trades/lay-out-trades.js';
import type { TradedMinute, TradeTape } from '../trades/trade-tape.js';
import { MINUTES_PER_DAY } from './make-day.js';
import type { MadeDays } from './made-days.js';
import { mergedMinutes, textOfCandle } from './merge-minutes.js';

const DAY_S = 86_400;
/** Days in one block, so that a block has some hundreds of rows, whatever the granularity. */
const DAYS_PER_BLOCK: Record<Granularity, number> = { 60: 1, 300: 1, 900: 4, 3_600: 16, 21_600: 32, 86_400: 32 };

/** Candles of one made product. Coarser ones are merged from its minutes, so all granularities agree. */
export class MadeCandles implements CandleSource {
  readonly kind = 'made';

  constructor(
    private readonly days: MadeDays,
    private readonly blocks: BoundedCache<CandleBlock>,
  ) {}

  get trades(): TradeTape {
    return this.days;
  }

  asOfMs(nowMs: number): number {
    return nowMs;
  }

  range({ granularity, fromS, toS, asOfMs }: CandleRange): Buffer[] {
    const openAtS = bucketStart(Math.floor(asOfMs / 1_000), granularity);
    const slices = fromS <= openAtS && openAtS <= toS ? this.openBucket(granularity, openAtS, asOfMs) : [];
    const lastS = Math.min(toS, openAtS - 1);
    const firstS = Math.max(fromS, this.days.listedS);
    for (let block = this.blockOf(granularity, lastS); firstS <= lastS && block >= this.blockOf(granularity, firstS); block -= 1) {
      const slice = this.block(granularity, block).between(firstS, lastS);
      if (slice !== null) slices.push(slice);
    }
    return slices;
  }

  newest({ granularity, count, asOfMs }: { granularity: Granularity; count: number; asOfMs: number }): Buffer[] {
    const nowS = Math.floor(asOfMs / 1_000);
    const openAtS = bucketStart(nowS, granularity);
    let wanted = count - this.openBucket(granularity, openAtS, asOfMs).length;
    let fromS = openAtS;
    for (
      let block = this.blockOf(granularity, openAtS - 1);
      wanted > 0 && (block + 1) * this.span(granularity) > this.days.listedS;
      block -= 1
    ) {
      const rows = this.block(granularity, block);
      const held = rows.countBetween(0, openAtS - 1);
      const later = rows.rowCount - held;
      if (held > 0) fromS = rows.timeAt(later + Math.min(held, wanted) - 1) ?? fromS;
      wanted -= held;
    }
    return this.range({ granularity, fromS, toS: nowS, asOfMs });
  }

  /** The candle that is open now, of the trades so far; nothing while it has none. */
  private openBucket(granularity: Granularity, openAtS: number, asOfMs: number): Buffer[] {
    const minuteAtS = bucketStart(Math.floor(asOfMs / 1_000), 60);
    const minutes: TradedMinute[] = [];
    for (let timeS = openAtS; timeS <= minuteAtS; timeS += 60) {
      const minute = this.days.minute(timeS);
      const known = minute === null || timeS < minuteAtS ? minute : soFar(minute, this.days.seed, asOfMs);
      if (known !== null) minutes.push(known);
    }
    const candle = mergedMinutes(minutes, openAtS);
    return candle === null ? [] : [Buffer.from(textOfCandle(candle, this.days.decimals))];
  }

  private span(granularity: Granularity): number {
    return DAYS_PER_BLOCK[granularity] * DAY_S;
  }

  private blockOf(granularity: Granularity, timeS: number): number {
    return Math.floor(timeS / this.span(granularity));
  }

  private block(granularity: Granularity, block: number): CandleBlock {
    const key = `${this.days.productId} ${granularity} ${block}`;
    return this.blocks.get(
      key,
      () => this.makeBlock(granularity, block),
      (made) => made.sizeBytes,
    );
  }

  private makeBlock(granularity: Granularity, block: number): CandleBlock {
    const times: number[] = [];
    const rows: string[] = [];
    const perBucket = granularity / 60;
    for (let day = (block + 1) * DAYS_PER_BLOCK[granularity] - 1; day >= block * DAYS_PER_BLOCK[granularity]; day -= 1) {
      for (let minute = MINUTES_PER_DAY - perBucket; minute >= 0; minute -= perBucket) {
        const candle = this.days.merged(day, minute, minute + perBucket);
        if (candle === null) continue;
        times.push(candle.time);
        rows.push(textOfCandle(candle, this.days.decimals));
      }
    }
    return CandleBlock.of(times, rows);
  }
}

/** The part of a minute that had happened at an instant; null when that is nothing. */
export function soFar(minute: TradedMinute, seed: string, asOfMs: number): TradedMinute | null {
  const done = layOutTrades(minute, seed).filter((trade) => trade.timeMs <= asOfMs);
  const [first] = done;
  const last = done.at(-1);
  if (first === undefined || last === undefined) return null;
  const prices = done.map((trade) => trade.price);
  return {
    ...minute,
    open: first.price,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: last.price,
    volume: done.reduce((sum, trade) => sum + trade.size, 0),
    trades: done.length,
  };
}
