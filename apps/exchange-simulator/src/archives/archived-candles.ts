import type { Logger } from '@elias/telemetry';
import { aggregate, rowsOf, rowText } from '../candles/candle-row.js';
import type { Granularity } from '../candles/candle-row.js';
import { NotHeldError } from '../candles/candle-source.js';
import type { CandleRange, CandleSource } from '../candles/candle-source.js';
import { windowAbout } from './archive-windows.js';
import type { ArchiveObjects } from './archive-windows.js';
import { readWindow } from './read-window.js';
import type { ArchivedWindow } from './read-window.js';

const SETTLE_S = 60;
/** Windows kept per product and granularity; one of a day's minutes is about 90 kB. */
const WINDOWS_MAX = 16;

/**
 * One product and granularity of Elias's own archives. Windows are read when they are first asked for; archives that
 * are sealed later are not seen.
 */
export class ArchivedWindows {
  private readonly read = new Map<number, Promise<ArchivedWindow | null>>();
  private knownS = 0;

  constructor(
    readonly granularity: Granularity,
    private readonly keys: ReadonlyMap<number, readonly string[]>,
    private readonly objects: ArchiveObjects,
    private readonly logger: Logger,
  ) {}

  /** The archives' time ends where the last window does, or where that was collected. */
  async open(): Promise<void> {
    const lastS = Math.max(...this.keys.keys());
    const last = await this.window(lastS);
    const endS = windowAbout(this.granularity, lastS).toS + SETTLE_S;
    this.knownS = last !== null && last.open.length > 0 ? Math.min(last.collectedAtS, endS) : endS;
  }

  /** Up to here the archives know the market, seconds. */
  get knownUntilS(): number {
    return this.knownS;
  }

  /** Oldest window's first instant, seconds. */
  get firstS(): number {
    return Math.min(...this.keys.keys());
  }

  /** @throws NotHeldError when a window is missing, or tells that it does not know a settled part of the range */
  async range(fromS: number, toS: number): Promise<Buffer[]> {
    const slices: Buffer[] = [];
    const lastS = Math.min(toS, this.knownS);
    for (let atS = fromS; atS <= lastS; atS = windowAbout(this.granularity, atS).toS) {
      const { fromS: windowS, toS: nextS } = windowAbout(this.granularity, atS);
      const window = await this.window(windowS);
      const endS = Math.min(lastS, nextS - 1);
      const gaps = window === null ? [{ fromS: windowS, toS: nextS }] : [...window.unknown, ...window.open];
      const gap = gaps.find((range) => range.fromS <= endS && range.toS > atS && this.isSettled(range.fromS));
      if (gap !== undefined)
        throw new NotHeldError(`the archives do not know what was from ${new Date(gap.fromS * 1_000).toISOString()} on`);
      const slice = window?.rows.between(atS, endS);
      if (slice) slices.unshift(slice);
    }
    return slices;
  }

  /** Whether a client takes the absence of this candle for final. */
  private isSettled(timeS: number): boolean {
    return timeS + this.granularity + SETTLE_S <= this.knownS;
  }

  private window(fromS: number): Promise<ArchivedWindow | null> {
    const known = this.read.get(fromS);
    if (known !== undefined) return known;
    const reading = readWindow(this.objects, this.keys.get(fromS) ?? [], this.logger);
    this.read.set(fromS, reading);
    reading.catch(() => this.read.delete(fromS));
    for (const oldest of this.read.keys()) {
      if (this.read.size <= WINDOWS_MAX) break;
      this.read.delete(oldest);
    }
    return reading;
  }
}

/** Candles of one archived product. A granularity without archives is aggregated from the minutes. */
export class ArchivedCandles implements CandleSource {
  readonly kind = 'archive';
  readonly trades = null;

  constructor(
    readonly productId: string,
    private readonly archives: ReadonlyMap<Granularity, ArchivedWindows>,
  ) {}

  asOfMs(nowMs: number, granularity: Granularity = 60): number {
    const archives = this.archives.get(granularity) ?? this.archives.get(60);
    return Math.min(nowMs, (archives?.knownUntilS ?? 0) * 1_000);
  }

  async range({ granularity, fromS, toS, asOfMs }: CandleRange): Promise<Buffer[]> {
    const own = this.archives.get(granularity);
    const beginS = Math.ceil(fromS / granularity) * granularity;
    const endS = Math.min(toS, Math.floor(asOfMs / 1_000));
    if (own !== undefined) return own.range(beginS, endS);
    const minutes = this.archives.get(60);
    if (minutes === undefined) throw new NotHeldError(`no archives of ${this.productId} at ${granularity} s`);
    const lastS = Math.floor(endS / granularity) * granularity + granularity - 60;
    const rows = rowsOf(await minutes.range(beginS, Math.min(lastS, Math.floor(asOfMs / 1_000))));
    return aggregate(rows, granularity).map((row) => Buffer.from(rowText(row)));
  }

  async newest({ granularity, count, asOfMs }: { granularity: Granularity; count: number; asOfMs: number }): Promise<Buffer[]> {
    const archives = this.archives.get(granularity) ?? this.archives.get(60);
    const firstS = archives?.firstS ?? Number.MAX_SAFE_INTEGER;
    const toS = Math.floor(asOfMs / 1_000);
    for (let buckets = count; toS - buckets * granularity >= firstS; buckets *= 2) {
      const rows = rowsOf(await this.range({ granularity, fromS: toS - buckets * granularity, toS, asOfMs }));
      if (rows.length >= count) return rows.slice(0, count).map((row) => Buffer.from(rowText(row)));
    }
    throw new NotHeldError(`the archives of ${this.productId} begin at ${new Date(firstS * 1_000).toISOString()}`);
  }
}
