import type { IdRange } from '@elias/coinbase';

/** Most trades that one request gives. */
export const PAGE_TRADES = 1_000;
/** A product that misses more than this is not caught up with by REST: its settled window will have them. */
export const MISSING_MAX = 10_000;

/**
 * Trade ids of one product that are missing, to be asked for. Holes that lie near each other are asked for together.
 */
export class MissingTrades {
  private ranges: IdRange[] = [];

  /** @returns how many ids are given up, since there are too many */
  add(range: IdRange): number {
    this.ranges.push(range);
    this.ranges.sort((a, b) => a.fromId - b.fromId);
    let givenUp = 0;
    while (this.count > MISSING_MAX) {
      const oldest = this.ranges.shift()!;
      givenUp += sizeOf(oldest);
    }
    return givenUp;
  }

  get count(): number {
    return this.ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  }

  /**
   * Takes what one request is to be sent for: the newest ids, of a page's width.
   * @returns null when nothing is missing
   */
  take(): IdRange | null {
    const newest = this.ranges.at(-1);
    if (newest === undefined) return null;
    const fromId = newest.toId - PAGE_TRADES + 1;
    const inPage = this.ranges.filter((range) => range.toId >= fromId);
    this.ranges = this.ranges.flatMap((range) => {
      if (range.toId < fromId) return [range];
      return range.fromId < fromId ? [{ fromId: range.fromId, toId: fromId - 1 }] : [];
    });
    return { fromId: Math.max(fromId, inPage[0]!.fromId), toId: newest.toId };
  }
}

const sizeOf = ({ fromId, toId }: IdRange): number => toId - fromId + 1;
