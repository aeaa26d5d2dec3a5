/** One thing that happens to a product: a made trade has both texts, a recorded message has one. */
export interface FeedEvent {
  productId: string;
  tradeId: number;
  /** null: nothing of the kind is told */
  match: (() => string) | null;
  ticker: (() => string) | null;
}

/** What one product of the feed says of itself at any time. */
export interface FeedProduct {
  /** the last trade told, as `last_match`; null when there was none */
  lastMatch(): string | null;
  /** the last trade told, as `ticker` */
  lastTicker(): string | null;
  heartbeat(nowMs: number): string;
}
