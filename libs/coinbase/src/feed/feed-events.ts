import type { Trade } from '@elias/market-data';
import type { FeedTrade, RefusalReason, Ticker } from './read-feed-message.js';
import type { FilledTrade, QueuedItem } from './feed-queue.js';
import type { IdRange } from './trade-continuity.js';
import { TradeContinuity } from './trade-continuity.js';

/** What the consumer of a feed gets. */
export type FeedEvent =
  /** each trade once; `late` ones were missing from a hole that was told, `filled` ones were asked for by REST */
  | {
      readonly kind: 'trade';
      readonly productId: string;
      readonly trade: Trade;
      readonly late: boolean;
      readonly filled: boolean;
      readonly receivedAtMs: number;
    }
  | { readonly kind: 'ticker'; readonly productId: string; readonly ticker: Ticker; readonly receivedAtMs: number }
  /** trades that did not come, told once, before the trade behind them */
  | { readonly kind: 'hole'; readonly productId: string; readonly ids: IdRange }
  /** a hole that was told is filled, told after its last trade */
  | { readonly kind: 'hole-filled'; readonly productId: string; readonly ids: IdRange }
  /** a message that nobody understands, for the dead letters */
  | { readonly kind: 'refused-message'; readonly reason: RefusalReason; readonly text: string }
  /** a product that the exchange does not let us subscribe to; unless it was named, it is asked for again */
  | { readonly kind: 'refused-product'; readonly productId: string; readonly reason: string; readonly named: boolean };

/**
 * Makes events of what leaves the queue. Trades are followed here and not where they come in, so that one that was dropped for want of
 * room is a hole as any other.
 */
export class FeedEvents {
  private readonly continuity = new TradeContinuity();
  private readonly counts = { ignored: 0, doubles: 0, before: 0, late: 0, leaps: 0, holes: 0, holesFilled: 0, missed: 0 };

  /** @param wants whether this product is wanted still */
  constructor(private readonly wants: (productId: string) => boolean) {}

  get counters(): Readonly<FeedEvents['counts']> & { readonly holesGivenUp: number } {
    return { ...this.counts, holesGivenUp: this.continuity.holesGivenUp };
  }

  forget(productId: string): void {
    this.continuity.forget(productId);
  }

  of(item: QueuedItem): FeedEvent[] {
    if (item.type === 'refused') return [{ kind: 'refused-message', reason: item.reason, text: item.text }];
    if (item.type === 'product-refused') return [{ kind: 'refused-product', ...item.product }];
    const { productId } = item;
    if (!this.wants(productId)) {
      this.counts.ignored++;
      return [];
    }
    if (item.type === 'ticker') return [{ kind: 'ticker', productId, ticker: item.ticker, receivedAtMs: item.receivedAtMs ?? Date.now() }];
    if (item.type === 'heartbeat') return this.hole(productId, this.continuity.heartbeat(productId, item.lastTradeId));
    return this.trade(item);
  }

  private trade(item: (FeedTrade | FilledTrade) & Pick<QueuedItem, 'receivedAtMs'>): FeedEvent[] {
    const { productId, trade, receivedAtMs = Date.now() } = item;
    const told = (late: boolean): FeedEvent => ({
      kind: 'trade',
      productId,
      trade,
      late,
      filled: item.type === 'filled-trade',
      receivedAtMs,
    });
    const standing = this.continuity.trade(productId, trade.tradeId);
    switch (standing.kind) {
      case 'new':
        return [...this.hole(productId, standing.hole), told(false)];
      case 'late':
        this.counts.late++;
        return [told(true), ...this.filled(productId, standing.filled)];
      case 'double':
        this.counts.doubles++;
        return [];
      case 'before':
        this.counts.before++;
        return [];
      case 'leap':
        this.counts.leaps++;
        return [];
    }
  }

  private hole(productId: string, ids: IdRange | null): FeedEvent[] {
    if (ids === null) return [];
    this.counts.holes++;
    this.counts.missed += ids.toId - ids.fromId + 1;
    return [{ kind: 'hole', productId, ids }];
  }

  private filled(productId: string, ids: IdRange | null): FeedEvent[] {
    if (ids === null) return [];
    this.counts.holesFilled++;
    return [{ kind: 'hole-filled', productId, ids }];
  }
}
