import type { FeedEvent, FeedProduct } from './feed-event.js';
import { heartbeatText } from './feed-messages.js';
import type { Captured, CapturedMessage } from './read-capture.js';

/** How fast a capture is told: a multiple of its own pace, or as fast as it goes. */
export type CaptureSpeed = number | 'max';

/** What one product has told so far. */
export interface CapturedProduct extends FeedProduct {
  /** matches told, oldest first */
  readonly told: readonly CapturedMessage[];
}

/**
 * A recorded capture, told again message by message as it was. It begins with the first subscription to `matches` of
 * any of its products, and again on order; before that, and for late subscribers, its last match is known.
 */
export class CapturePlayer {
  private readonly products = new Map<string, PlayedProduct>();
  private readonly played: Captured[];
  private readonly firstMs: number;
  private beganMs: number | null = null;
  private next = 0;

  constructor(
    captured: readonly Captured[],
    readonly speed: CaptureSpeed,
  ) {
    const lastMatches = new Map<string, number>();
    for (const { message } of captured) {
      const product = this.products.get(message.product_id) ?? new PlayedProduct(message.product_id);
      this.products.set(message.product_id, product);
      if (message.type !== 'last_match') continue;
      product.begin(message);
      lastMatches.set(message.product_id, message.trade_id);
    }
    const isNews = ({ message }: Captured): boolean =>
      message.type !== 'last_match' && message.trade_id > (lastMatches.get(message.product_id) ?? -1);
    for (const { message } of captured.filter((entry) => entry.message.type === 'ticker' && !isNews(entry))) {
      this.products.get(message.product_id)?.begin(message);
    }
    this.played = captured.filter(isNews);
    this.firstMs = this.played[0]?.receivedMs ?? 0;
  }

  productIds(): string[] {
    return [...this.products.keys()];
  }

  product(productId: string): CapturedProduct | null {
    return this.products.get(productId) ?? null;
  }

  /** Begins to tell, if it did not yet. */
  begin(nowMs: number): void {
    this.beganMs ??= nowMs;
  }

  /** Forgets what was told; the next subscription to `matches` begins it anew. */
  rewind(): void {
    this.beganMs = null;
    this.next = 0;
    for (const product of this.products.values()) product.rewind();
  }

  /** Recorded messages whose time has come, in their order, at most `max`. */
  due(nowMs: number, max: number): FeedEvent[] {
    const events: FeedEvent[] = [];
    while (events.length < max) {
      const entry = this.played[this.next];
      if (entry === undefined || entry.receivedMs > this.playedUntilMs(nowMs)) break;
      this.next += 1;
      this.products.get(entry.message.product_id)?.tell(entry.message);
      events.push(eventOf(entry.message));
    }
    return events;
  }

  report(): { messages: number; told: number; speed: CaptureSpeed; began: boolean } {
    return { messages: this.played.length, told: this.next, speed: this.speed, began: this.beganMs !== null };
  }

  private playedUntilMs(nowMs: number): number {
    if (this.beganMs === null) return Number.NEGATIVE_INFINITY;
    return this.speed === 'max' ? Number.POSITIVE_INFINITY : this.firstMs + (nowMs - this.beganMs) * this.speed;
  }
}

class PlayedProduct implements CapturedProduct {
  readonly told: CapturedMessage[] = [];
  private readonly first: { match: CapturedMessage | null; ticker: CapturedMessage | null } = { match: null, ticker: null };
  private ticker: CapturedMessage | null = null;

  constructor(private readonly productId: string) {}

  begin(message: CapturedMessage): void {
    if (message.type === 'ticker') this.first.ticker = message;
    else this.first.match = message;
    this.rewind();
  }

  rewind(): void {
    this.told.length = 0;
    if (this.first.match !== null) this.told.push(this.first.match);
    this.ticker = this.first.ticker;
  }

  tell(message: CapturedMessage): void {
    if (message.type === 'ticker') this.ticker = message;
    else this.told.push(message);
  }

  lastMatch(): string | null {
    const last = this.told.at(-1);
    return last === undefined ? null : JSON.stringify({ ...last, type: 'last_match' });
  }

  lastTicker(): string | null {
    return this.ticker === null ? null : JSON.stringify(this.ticker);
  }

  heartbeat(nowMs: number): string {
    const last = this.told.at(-1);
    const { trade_id: lastTradeId, sequence } = last ?? { trade_id: 0, sequence: 0 };
    return heartbeatText({ productId: this.productId, lastTradeId, sequence, timeMs: nowMs });
  }
}

function eventOf(message: CapturedMessage): FeedEvent {
  const text = (): string => JSON.stringify(message);
  const isMatch = message.type === 'match';
  return {
    productId: message.product_id,
    tradeId: message.trade_id,
    match: isMatch ? text : null,
    ticker: isMatch ? null : text,
  };
}
