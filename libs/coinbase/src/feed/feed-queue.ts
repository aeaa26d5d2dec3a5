import type { FeedHeartbeat, FeedRefusal, FeedTicker, FeedTrade } from './read-feed-message.js';
import type { RefusedProduct } from './subscription-plan.js';

/** A trade that was asked for by REST, to fill a hole. */
export interface FilledTrade extends Omit<FeedTrade, 'type'> {
  readonly type: 'filled-trade';
}

export interface ProductNotice {
  readonly type: 'product-refused';
  readonly product: RefusedProduct;
}

/** `receivedAtMs`: when it came, by the machine's clock; now, where it is not told. */
export type QueuedItem = (FeedTrade | FilledTrade | FeedTicker | FeedHeartbeat | FeedRefusal | ProductNotice) & {
  readonly receivedAtMs?: number;
};
type Lane = 'trades' | 'tickers' | 'refusals';

export interface QueueBounds {
  /** trades, tickers and refused messages together */
  readonly itemsMax: number;
  /** refused messages, whose texts are long */
  readonly refusalsMax: number;
}

export const QUEUE_BOUNDS: QueueBounds = { itemsMax: 20_000, refusalsMax: 500 };

/** What was thrown away for want of room. */
export type Dropped = Readonly<Record<Lane, number>>;

/**
 * What waits for the consumer, in the order in which it came. When it is full, the oldest ticker goes (a newer one says more), then the
 * oldest refused message, and only then the trade that comes: it is a hole like any other. Of heartbeats the latest of each product is
 * kept, and of refused products each one, so that these are bounded by the number of products.
 */
export class FeedQueue {
  private readonly lanes: Record<Lane, Fifo<QueuedItem>> = { trades: new Fifo(), tickers: new Fifo(), refusals: new Fifo() };
  private readonly heartbeats = new Map<string, Placed<QueuedItem>>();
  private readonly notices = new Map<string, Placed<QueuedItem>>();
  private readonly thrown = { trades: 0, tickers: 0, refusals: 0 };
  private placed = 0;

  constructor(private readonly bounds: QueueBounds = QUEUE_BOUNDS) {}

  get dropped(): Dropped {
    return { ...this.thrown };
  }

  /** All that waits, heartbeats and refused products too. */
  get size(): number {
    return this.itemCount + this.heartbeats.size + this.notices.size;
  }

  push(item: QueuedItem): void {
    const placed = { place: this.placed++, item };
    if (item.type === 'heartbeat') return replace(this.heartbeats, item.productId, placed);
    if (item.type === 'product-refused') return replace(this.notices, item.product.productId, placed);
    const lane = item.type === 'ticker' ? 'tickers' : item.type === 'refused' ? 'refusals' : 'trades';
    if (lane === 'refusals' && this.lanes.refusals.size >= this.bounds.refusalsMax) this.drop('refusals');
    if (this.itemCount >= this.bounds.itemsMax && !this.makeRoom()) this.thrown[lane]++;
    else this.lanes[lane].push(placed);
  }

  /** @returns the oldest ones, at most `count` */
  take(count: number): QueuedItem[] {
    const taken: QueuedItem[] = [];
    while (taken.length < count) {
      const oldest = this.takeOldest();
      if (oldest === undefined) break;
      taken.push(oldest);
    }
    return taken;
  }

  private get itemCount(): number {
    return this.lanes.trades.size + this.lanes.tickers.size + this.lanes.refusals.size;
  }

  private makeRoom(): boolean {
    return this.drop('tickers') || this.drop('refusals');
  }

  private drop(lane: Lane): boolean {
    if (this.lanes[lane].shift() === undefined) return false;
    this.thrown[lane]++;
    return true;
  }

  private takeOldest(): QueuedItem | undefined {
    let oldest: { place: number; take: () => QueuedItem } | undefined;
    for (const lane of Object.values(this.lanes)) {
      const head = lane.head();
      if (head !== undefined && head.place < (oldest?.place ?? Infinity)) oldest = { place: head.place, take: () => lane.shift()!.item };
    }
    for (const latest of [this.heartbeats, this.notices]) {
      const [first] = latest;
      if (first === undefined || first[1].place >= (oldest?.place ?? Infinity)) continue;
      oldest = { place: first[1].place, take: () => (latest.delete(first[0]), first[1].item) };
    }
    return oldest?.take();
  }
}

interface Placed<T> {
  readonly place: number;
  readonly item: T;
}

/** To the end of the map, which keeps the order of arrival. */
function replace<T>(latest: Map<string, Placed<T>>, key: string, placed: Placed<T>): void {
  latest.delete(key);
  latest.set(key, placed);
}

/** An array that is shifted by moving its beginning; cut when half of it is gone. */
class Fifo<T> {
  private items: (Placed<T> | undefined)[] = [];
  private begin = 0;

  get size(): number {
    return this.items.length - this.begin;
  }

  head(): Placed<T> | undefined {
    return this.items[this.begin];
  }

  push(item: Placed<T>): void {
    this.items.push(item);
  }

  shift(): Placed<T> | undefined {
    const item = this.items[this.begin];
    if (item === undefined) return undefined;
    this.items[this.begin++] = undefined;
    if (this.begin >= 1_024 && this.begin * 2 >= this.items.length) {
      this.items = this.items.slice(this.begin);
      this.begin = 0;
    }
    return item;
  }
}
