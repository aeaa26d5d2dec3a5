import { CandleBlock } from '../candles/candle-block.js';
import { aggregate, bucketStart, GRANULARITIES, rowsOf, rowText } from '../candles/candle-row.js';
import type { CandleRow, Granularity } from '../candles/candle-row.js';
import { NotHeldError } from '../candles/candle-source.js';
import type { CandleRange, CandleSource } from '../candles/candle-source.js';
import { RecordedTrades } from './recorded-trades.js';

/** An answer is taken for final from this long after a minute's end on. */
const SETTLE_MS = 60_000;

/** Candles of one recorded product: minutes as recorded, coarser ones aggregated from them. */
export class RecordedCandles implements CandleSource {
  readonly kind = 'recording';
  readonly trades: RecordedTrades;
  /** start of the first and of the last recorded minute, seconds */
  readonly firstS: number;
  readonly lastS: number;
  private readonly blocks = new Map<Granularity, CandleBlock>();

  constructor(
    readonly productId: string,
    readonly minutes: CandleBlock,
  ) {
    this.blocks.set(60, minutes);
    this.lastS = minutes.timeAt(0) ?? 0;
    this.firstS = minutes.timeAt(minutes.rowCount - 1) ?? 0;
    this.trades = new RecordedTrades(productId, minutes);
  }

  /** The recording speaks for its own time only, however late it is asked. */
  get knownUntilMs(): number {
    return (this.lastS + 60) * 1_000 + SETTLE_MS;
  }

  asOfMs(nowMs: number): number {
    return Math.min(nowMs, this.knownUntilMs);
  }

  range({ granularity, fromS, toS, asOfMs }: CandleRange): Buffer[] {
    const beginS = Math.ceil(fromS / granularity) * granularity;
    if (beginS < this.firstS) throw new NotHeldError(this.beforeRecording());
    const slice = this.block(granularity).between(beginS, Math.min(toS, asOfMs / 1_000));
    return slice === null ? [] : [slice];
  }

  newest({ granularity, count, asOfMs }: { granularity: Granularity; count: number; asOfMs: number }): Buffer[] {
    const block = this.block(granularity);
    const later = block.rowCount - block.countBetween(0, asOfMs / 1_000);
    const oldestS = block.timeAt(later + count - 1);
    if (oldestS === undefined) throw new NotHeldError(this.beforeRecording());
    return this.range({ granularity, fromS: oldestS, toS: Number.MAX_SAFE_INTEGER, asOfMs });
  }

  private beforeRecording(): string {
    return `the recording of ${this.productId} begins at ${new Date(this.firstS * 1_000).toISOString()}`;
  }

  /**
   * Coarser rows come from the next finer ones, a day at a time: whole recordings as single strings are heavy. A bucket
   * that began before the recording is left out, it would not be the market's.
   */
  private block(granularity: Granularity): CandleBlock {
    const known = this.blocks.get(granularity);
    if (known !== undefined) return known;
    const finer = this.block(GRANULARITIES[GRANULARITIES.indexOf(granularity) - 1] ?? 60);
    const firstBucketS = bucketStart(this.firstS + granularity - 1, granularity);
    const rows: CandleRow[] = [];
    for (let dayS = bucketStart(this.lastS, 86_400); dayS + 86_400 > firstBucketS; dayS -= 86_400) {
      const slice = finer.between(Math.max(firstBucketS, dayS), dayS + 86_399);
      if (slice !== null) rows.push(...aggregate(rowsOf([slice]), granularity));
    }
    const block = CandleBlock.of(
      rows.map((row) => row.time),
      rows.map(rowText),
    );
    this.blocks.set(granularity, block);
    return block;
  }
}
