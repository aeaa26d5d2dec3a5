import { aggregate, bucketStart, GRANULARITIES, rowsOf, rowText } from './candle-row.js';
import type { CandleRow, Granularity } from './candle-row.js';
import type { CandleRange, CandleSource } from './candle-source.js';

export interface CandleEdit {
  productId: string;
  granularity: Granularity;
  /** bucket start, seconds */
  time: number;
  /** the candle as it is from now on; null: it is gone */
  row: CandleRow | null;
}

/**
 * Later tellings of the market: the exchange revises and drops candles. An edited minute changes the coarser candles
 * that hold it; an edit of a coarser candle changes that candle alone.
 */
export class CandleEdits {
  private readonly byProduct = new Map<string, Map<Granularity, Map<number, CandleRow | null>>>();

  set({ productId, granularity, time, row }: CandleEdit): void {
    const product = this.byProduct.get(productId) ?? new Map<Granularity, Map<number, CandleRow | null>>();
    const edits = product.get(granularity) ?? new Map<number, CandleRow | null>();
    this.byProduct.set(productId, product.set(granularity, edits.set(time, row)));
  }

  list(): CandleEdit[] {
    return [...this.byProduct].flatMap(([productId, product]) =>
      [...product].flatMap(([granularity, edits]) => [...edits].map(([time, row]) => ({ productId, granularity, time, row }))),
    );
  }

  /** Takes back all edits, or those of one product. */
  reset(productId?: string): void {
    if (productId === undefined) this.byProduct.clear();
    else this.byProduct.delete(productId);
  }

  /** A range of a source as it is after the edits. */
  async range(productId: string, source: CandleSource, range: CandleRange): Promise<Buffer[]> {
    const slices = await source.range(range);
    const edits = this.byProduct.get(productId);
    if (edits === undefined) return slices;
    const rows = new Map(rowsOf(slices).map((row) => [row.time, row]));
    const inRange = (time: number): boolean => time >= range.fromS && time <= range.toS && time * 1_000 <= range.asOfMs;
    const apply = (time: number, row: CandleRow | null): void => {
      if (row === null) rows.delete(time);
      else rows.set(time, row);
    };
    const buckets = new Set([...(edits.get(60) ?? [])].map(([time]) => bucketStart(time, range.granularity)).filter(inRange));
    for (const bucket of buckets) apply(bucket, await this.bucket(edits.get(60), bucket, source, range));
    if (range.granularity !== 60) {
      for (const [time, row] of edits.get(range.granularity) ?? []) if (inRange(time)) apply(time, row);
    }
    return [...rows.values()].sort((one, other) => other.time - one.time).map((row) => Buffer.from(rowText(row)));
  }

  /** How many rows of a granularity edits may have taken away. */
  removalsMax(productId: string): number {
    const edits = this.byProduct.get(productId);
    return edits === undefined ? 0 : GRANULARITIES.reduce((sum, granularity) => sum + (edits.get(granularity)?.size ?? 0), 0);
  }

  private async bucket(
    edits: ReadonlyMap<number, CandleRow | null> | undefined,
    bucket: number,
    source: CandleSource,
    { granularity, asOfMs }: CandleRange,
  ): Promise<CandleRow | null> {
    const toS = bucket + granularity - 60;
    const minutes = new Map(rowsOf(await source.range({ granularity: 60, fromS: bucket, toS, asOfMs })).map((row) => [row.time, row]));
    for (const [time, row] of edits ?? []) {
      if (time < bucket || time > toS || time * 1_000 > asOfMs) continue;
      if (row === null) minutes.delete(time);
      else minutes.set(time, row);
    }
    const rows = [...minutes.values()].sort((one, other) => other.time - one.time);
    return aggregate(rows, granularity)[0] ?? null;
  }
}
