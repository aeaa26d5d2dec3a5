import type { IdRange } from '@elias/coinbase';

/** Most trades that one request gives. */
export const PAGE_TRADES = 1_000;

/**
 * Trade ids of one product that are missing, to be asked for. Holes that lie near each other are asked for together.
 */
export class MissingTrades {
  /** rising, apart from each other */
  private ranges: IdRange[] = [];

  /** @param tradesMax a product that misses more is not caught up with by REST: its settled window will have them */
  constructor(private readonly tradesMax: number) {}

  /** @returns how many ids are given up, the oldest, since there are too many */
  add(range: IdRange): number {
    this.ranges = [...this.ranges, range].sort((a, b) => a.fromId - b.fromId);
    const givenUp = Math.max(0, this.count - this.tradesMax);
    for (let left = givenUp; left > 0;) {
      const oldest = this.ranges.shift()!;
      if (sizeOf(oldest) > left) this.ranges.unshift({ fromId: oldest.fromId + left, toId: oldest.toId });
      left -= Math.min(left, sizeOf(oldest));
    }
    return givenUp;
  }

  /** It came by itself. */
  remove(tradeId: number): void {
    const at = this.ranges.findIndex(({ fromId, toId }) => fromId <= tradeId && tradeId <= toId);
    if (at === -1) return;
    const { fromId, toId } = this.ranges[at]!;
    const left = [
      { fromId, toId: tradeId - 1 },
      { fromId: tradeId + 1, toId },
    ];
    this.ranges.splice(at, 1, ...left.filter((range) => sizeOf(range) > 0));
  }

  get count(): number {
    return this.ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  }

  /**
   * Takes what one request is to be sent for: the newest ids, of a page's width.
   * @returns rising; nothing when nothing is missing
   */
  take(): IdRange[] {
    const newest = this.ranges.at(-1);
    if (newest === undefined) return [];
    const fromId = newest.toId - PAGE_TRADES + 1;
    const taken = this.ranges.filter((range) => range.toId >= fromId);
    this.ranges = this.ranges.flatMap((range) => {
      if (range.toId < fromId) return [range];
      return range.fromId < fromId ? [{ fromId: range.fromId, toId: fromId - 1 }] : [];
    });
    return taken.map((range) => ({ fromId: Math.max(fromId, range.fromId), toId: range.toId }));
  }
}

const sizeOf = ({ fromId, toId }: IdRange): number => toId - fromId + 1;
