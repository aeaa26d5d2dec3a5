/** Trade ids of one product, both ends inside. */
export interface IdRange {
  readonly fromId: number;
  readonly toId: number;
}

/**
 * What a trade is to what came before it.
 * - `new`: the newest so far; `hole` are the ids that were passed over
 * - `late`: it was missing from a hole; `filled` is that hole when it was its last missing trade
 * - `double`: it was here already, or was missing and given up
 * - `before`: older than all that is followed
 * - `leap`: so far from all that is followed that it is not believed; when the next leap leads to the same place, ids begin anew there
 */
export type TradeStanding =
  | { readonly kind: 'new'; readonly hole: IdRange | null }
  | { readonly kind: 'late'; readonly filled: IdRange | null }
  | { readonly kind: 'double' }
  | { readonly kind: 'before' }
  | { readonly kind: 'leap' };

interface Hole extends IdRange {
  /** what of it is still missing, rising */
  readonly missing: IdRange[];
  /** whether some of it was given up, so that it can never be filled */
  broken: boolean;
}

interface Followed {
  firstId: number;
  newestId: number;
  /** where a trade was that was not believed */
  leaptToId: number | null;
  /** oldest first */
  readonly holes: Hole[];
}

/** Most ranges of missing ids that are remembered of one product. */
export const MISSING_RANGES_MAX = 256;
/** More trades than any product has in a week. Who believed one wrong id would take all later trades for old ones. */
export const LEAP_MIN = 10_000_000;

const far = (oneId: number, otherId: number): boolean => Math.abs(oneId - otherId) >= LEAP_MIN;
const beginAt = (firstId: number, newestId: number): Followed => ({ firstId, newestId, leaptToId: null, holes: [] });

/**
 * Follows the trade ids of each product, which have no holes at the exchange. A hole is told once; of missing ids
 * the `MISSING_RANGES_MAX` newest ranges are remembered and older ones given up, so memory is bounded by the number of products.
 */
export class TradeContinuity {
  private readonly followed = new Map<string, Followed>();
  /** last id of each product's latest heartbeat that was ahead of its trades */
  private readonly ahead = new Map<string, number>();
  private gaveUp = 0;

  constructor(private readonly rangesMax = MISSING_RANGES_MAX) {}

  /** Holes of which a part was given up before it came, in all. */
  get holesGivenUp(): number {
    return this.gaveUp;
  }

  /** A trade came, from the feed or from elsewhere. */
  trade(productId: string, tradeId: number): TradeStanding {
    const product = this.followed.get(productId);
    if (product === undefined) return this.begin(productId, tradeId);
    if (far(tradeId, product.newestId)) {
      const { leaptToId } = product;
      // the same one told twice says no more than once
      if (leaptToId !== null && leaptToId !== tradeId && !far(tradeId, leaptToId)) return this.begin(productId, tradeId);
      product.leaptToId = tradeId;
      return { kind: 'leap' };
    }
    product.leaptToId = null;
    if (tradeId < product.firstId) return { kind: 'before' };
    if (tradeId > product.newestId) return { kind: 'new', hole: this.passTo(product, tradeId, tradeId - 1) };
    return this.fill(product, tradeId);
  }

  /**
   * A heartbeat came. One may overtake the trade that it speaks of, so ids count as missing when the next heartbeat comes and they are
   * still not here.
   * @returns the hole that is certain now, once
   */
  heartbeat(productId: string, lastTradeId: number): IdRange | null {
    const toId = this.ahead.get(productId) ?? Number.NEGATIVE_INFINITY;
    const product = this.followed.get(productId);
    if (product === undefined) {
      // On subscribing the last trade is told at once; a product without one is followed from its second heartbeat on.
      if (Number.isFinite(toId)) this.followed.set(productId, beginAt(toId + 1, toId));
      this.ahead.set(productId, Math.max(toId, lastTradeId));
      return null;
    }
    if (far(lastTradeId, product.newestId)) return null;
    const hole = toId > product.newestId && !far(toId, product.newestId) ? this.passTo(product, toId, toId) : null;
    if (lastTradeId > product.newestId) this.ahead.set(productId, lastTradeId);
    else this.ahead.delete(productId);
    return hole;
  }

  forget(productId: string): void {
    this.followed.delete(productId);
    this.ahead.delete(productId);
  }

  private begin(productId: string, tradeId: number): TradeStanding {
    this.followed.set(productId, beginAt(tradeId, tradeId));
    return { kind: 'new', hole: null };
  }

  /** @param missingToId last id that is missing, below the new newest one when that is here */
  private passTo(product: Followed, newestId: number, missingToId: number): IdRange | null {
    const fromId = product.newestId + 1;
    product.newestId = newestId;
    if (fromId > missingToId) return null;
    const hole = { fromId, toId: missingToId };
    product.holes.push({ ...hole, missing: [hole], broken: false });
    this.bound(product);
    return hole;
  }

  private bound(product: Followed): void {
    let ranges = product.holes.reduce((sum, { missing }) => sum + missing.length, 0);
    for (; ranges > this.rangesMax; ranges--) {
      const oldest = product.holes[0]!;
      oldest.missing.shift();
      if (!oldest.broken) this.gaveUp++;
      oldest.broken = true;
      if (oldest.missing.length === 0) product.holes.shift();
    }
  }

  private fill(product: Followed, tradeId: number): TradeStanding {
    const holds = ({ fromId, toId }: IdRange): boolean => fromId <= tradeId && tradeId <= toId;
    const at = product.holes.findIndex(holds);
    const hole = product.holes[at];
    const index = hole?.missing.findIndex(holds) ?? -1;
    if (hole === undefined || index === -1) return { kind: 'double' };
    const { fromId, toId } = hole.missing[index]!;
    const left: IdRange[] = [];
    if (fromId < tradeId) left.push({ fromId, toId: tradeId - 1 });
    if (tradeId < toId) left.push({ fromId: tradeId + 1, toId });
    hole.missing.splice(index, 1, ...left);
    if (hole.missing.length === 0) product.holes.splice(at, 1);
    else if (left.length === 2) this.bound(product);
    const filled = hole.missing.length === 0 && !hole.broken ? { fromId: hole.fromId, toId: hole.toId } : null;
    return { kind: 'late', filled };
  }
}
