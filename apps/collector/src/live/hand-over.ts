import { partitionOf } from '@elias/kafka';

/** What follows products: the feed. */
export interface Follower {
  add(productIds: Iterable<string>): void;
  remove(productIds: Iterable<string>): void;
}

/** A product that another collector owns now is followed so much longer, until that one is sure to have it. */
export const HAND_OVER_MS = 10_000;

/**
 * Which of the live products are followed here: those whose partition of the requests topic this collector owns, and for a while those
 * that it had. Both tell the same trades meanwhile, under the same ids.
 */
export class HandOver {
  private readonly owned = new Set<string>();
  private readonly leaving = new Map<string, () => void>();

  /**
   * @param productIds all live products
   * @param partitions of the requests topic
   * @param after calls later; gives what cancels the call
   */
  constructor(
    private readonly productIds: readonly string[],
    private readonly partitions: number,
    private readonly follower: Follower,
    private readonly after: (delayMs: number, call: () => void) => () => void,
  ) {}

  /** Products whose candles are polled here. */
  get products(): readonly string[] {
    return [...this.owned];
  }

  /** Whether others own something too, as far as is known. */
  get shared(): boolean {
    return this.owned.size < this.productIds.length;
  }

  assigned(partitions: readonly number[]): void {
    const now = new Set(this.productIds.filter((id) => partitions.includes(partitionOf(id, this.partitions))));
    const gained = [...now].filter((id) => !this.owned.has(id));
    const lost = [...this.owned].filter((id) => !now.has(id));
    for (const id of gained) {
      this.owned.add(id);
      this.leaving.get(id)?.();
    }
    this.follower.add(gained.filter((id) => !this.leaving.delete(id)));
    for (const id of lost) {
      this.owned.delete(id);
      this.leaving.set(
        id,
        this.after(HAND_OVER_MS, () => {
          this.leaving.delete(id);
          this.follower.remove([id]);
        }),
      );
    }
  }

  close(): void {
    for (const cancel of this.leaving.values()) cancel();
    this.leaving.clear();
  }
}
