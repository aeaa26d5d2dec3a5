import type { Trade } from './trade.js';

/** Trade ids from the first to the last, both included. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/** Most ranges of missing ids that one window tells: so many fit a record's header and the ledgers' text. */
export const MISSING_RANGES_MAX = 2_000;

/** Ids that ranges hold. */
export function idsIn(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Why these cannot be the missing ids of a window, or null: sorted, not touching, none empty, not too many. */
export function idRangesProblem(ranges: readonly IdRange[]): string | null {
  if (ranges.length > MISSING_RANGES_MAX) return `more than ${MISSING_RANGES_MAX} ranges of missing ids`;
  let before = -1;
  for (const [index, { first, last }] of ranges.entries()) {
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 0 || last < first) return 'a range of missing ids is none';
    if (index > 0 && first <= before + 1) return 'ranges of missing ids are not sorted and joined';
    before = last;
  }
  return null;
}

/**
 * Follows the ids of a product's trades, in their order, over a stretch that holds a window, and notes the holes that may hide trades of it:
 * those between a trade of before the window's end and one of not before its beginning. Ids have no hole by themselves.
 */
export class TradeChain {
  private readonly holes: IdRange[] = [];
  private next: number;
  private lastMs = Number.NEGATIVE_INFINITY;

  /**
   * @param first id that the stretch begins with; what was traded below it is of before the window
   * @param window milliseconds since the epoch, half-open
   */
  constructor(
    first: number,
    private readonly window: { readonly fromMs: number; readonly toMs: number },
  ) {
    this.next = first;
  }

  /** @throws RangeError when the trade's id is not above those before it */
  told({ tradeId, tradedAtMs }: Pick<Trade, 'tradeId' | 'tradedAtMs'>): void {
    if (tradeId < this.next) throw new RangeError(`trade ${tradeId} does not come after ${this.next - 1}`);
    if (tradeId > this.next) this.hole({ first: this.next, last: tradeId - 1 }, tradedAtMs);
    this.next = tradeId + 1;
    this.lastMs = tradedAtMs;
  }

  /** The product's first trade is told next: no id below it was ever given. */
  beginsAt(first: number): void {
    this.next = first;
  }

  /** @param last id that the stretch ends with; @returns the missing ids */
  end(last: number): IdRange[] {
    if (this.next <= last) this.hole({ first: this.next, last }, Number.POSITIVE_INFINITY);
    this.next = last + 1;
    return [...this.holes];
  }

  private hole(range: IdRange, untilMs: number): void {
    if (this.lastMs < this.window.toMs && untilMs >= this.window.fromMs) this.holes.push(range);
  }
}
