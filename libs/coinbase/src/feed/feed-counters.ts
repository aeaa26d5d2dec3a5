import type { EndCause } from './feed-connection.js';
import type { Dropped } from './feed-queue.js';
import type { RefusalReason } from './read-feed-message.js';

/** What a feed client did since it began, for metrics: totals, but for the last group. */
export interface FeedCounters {
  readonly messages: Readonly<Record<'trade' | 'ticker' | 'heartbeat' | 'subscriptions' | 'error' | 'refused', number>>;
  readonly refused: ReadonlyMap<RefusalReason, number>;
  /** for want of room in the queue; a dropped trade is missing from the next hole */
  readonly dropped: Dropped;
  /** data of products that were removed a moment ago */
  readonly ignored: number;

  readonly doubles: number;
  /** trades from before what is followed */
  readonly before: number;
  /** trades whose id was too far from all others to be believed */
  readonly leaps: number;
  /** trades that came after a hole was told, from the feed or by `fill` */
  readonly late: number;
  readonly holes: number;
  readonly holesFilled: number;
  readonly holesGivenUp: number;
  /** trades in all holes, those that came later too */
  readonly missed: number;

  readonly connects: number;
  readonly ends: ReadonlyMap<EndCause, number>;
  readonly productsRefused: number;

  /** now */
  readonly connected: boolean;
  readonly confirmedProducts: number;
  readonly queued: number;
}

/** Adds one to a key's count. */
export function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
