import type { Trade } from '@elias/market-data';
import type { PacerClock } from '../request-pacer.js';
import { MONOTONIC_CLOCK } from '../request-pacer.js';
import type { EndCause } from './feed-connection.js';
import { FeedConnection } from './feed-connection.js';
import type { FeedCounters } from './feed-counters.js';
import { count } from './feed-counters.js';
import type { FeedEvent } from './feed-events.js';
import { FeedEvents } from './feed-events.js';
import type { QueueBounds } from './feed-queue.js';
import { FeedQueue } from './feed-queue.js';
import type { FeedMessage, FeedRefusal, RefusalReason } from './read-feed-message.js';
import { ReconnectDelay } from './reconnect-delay.js';
import { SubscriptionPlan } from './subscription-plan.js';

export interface FeedClientOptions {
  /** `wss://ws-feed.exchange.coinbase.com`, or what stands in for it */
  readonly url: string;
  readonly userAgent: string;
  readonly queue?: QueueBounds;
  readonly clock?: PacerClock;
  /** in [0, 1), for the delays between connections */
  readonly random?: () => number;
}

/** A product that was refused without being named is asked for again after this time. */
export const ASK_AGAIN_AFTER_MS = 60_000;
/** Most items that are handed out at once. */
export const FEED_BATCH_MAX = 500;

/**
 * Heartbeats, trades and tickers of any number of products over one connection, which is opened when there is a product and opened again
 * whenever it is lost. Events wait in a bounded queue for the one reader of `batches`.
 */
export class FeedClient {
  private readonly plan = new SubscriptionPlan();
  private readonly events = new FeedEvents((productId) => this.plan.wants(productId));
  private readonly queue: FeedQueue;
  private readonly clock: PacerClock;
  private readonly delay: ReconnectDelay;
  private connection: FeedConnection | null = null;
  private cancelConnect: (() => void) | null = null;
  private cancelAskAgain: (() => void) | null = null;
  private closing: Closing | null = null;
  private wake: () => void = () => undefined;
  private reading = false;
  private connects = 0;
  private productsRefused = 0;
  private readonly messages = { trade: 0, ticker: 0, heartbeat: 0, subscriptions: 0, error: 0, refused: 0 };
  private readonly refused = new Map<RefusalReason, number>();
  private readonly ends = new Map<EndCause, number>();

  constructor(private readonly options: FeedClientOptions) {
    this.queue = new FeedQueue(options.queue);
    this.clock = options.clock ?? MONOTONIC_CLOCK;
    this.delay = new ReconnectDelay(options.random ?? Math.random);
  }

  /** Subscribes to these products too, on the connection that is there; one that was refused is asked for again. */
  add(productIds: Iterable<string>): void {
    this.plan.add(productIds);
    this.arrange();
  }

  /** Events of these products end at once; the connection ends with the last product. */
  remove(productIds: Iterable<string>): void {
    const ids = [...productIds];
    this.plan.remove(ids);
    for (const productId of ids) this.events.forget(productId);
    this.arrange();
  }

  /** Trades that were asked for by REST to fill a hole: they come out among the events, each trade once whoever tells it first. */
  fill(productId: string, trades: Iterable<Trade>): void {
    for (const trade of trades) this.queue.push({ type: 'filled-trade', productId, trade, beforeSubscribing: false });
    this.wake();
  }

  /**
   * Events in the order in which they came, whatever has gathered by then, never an empty batch. Ends after `close`, when the queue is empty.
   * @throws Error when there is a reader already
   */
  async *batches(): AsyncGenerator<readonly FeedEvent[], void, void> {
    if (this.reading) throw new Error('a feed has one reader at a time');
    this.reading = true;
    try {
      while (this.queue.size > 0 || this.closing === null) {
        const batch = this.queue.take(FEED_BATCH_MAX).flatMap((item) => this.events.of(item));
        if (batch.length > 0) yield batch;
        else if (this.queue.size === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      this.reading = false;
    }
  }

  get counters(): FeedCounters {
    return {
      ...this.events.counters,
      messages: { ...this.messages },
      refused: new Map(this.refused),
      dropped: this.queue.dropped,
      connects: this.connects,
      ends: new Map(this.ends),
      productsRefused: this.productsRefused,
      connected: this.connection?.open ?? false,
      confirmedProducts: this.plan.confirmedCount,
      queued: this.queue.size,
    };
  }

  /** For good. Resolves when the connection is gone and nothing is timed; what waits in the queue can still be read. */
  async close(): Promise<void> {
    if (this.closing === null) {
      this.closing = closing();
      this.cancelConnect?.();
      this.cancelAskAgain?.();
      if (this.connection === null) this.closing.resolve();
      else this.connection.close();
      this.wake();
    }
    await this.closing.promise;
  }

  /** Opens, uses or closes the connection, as the products want it. */
  private arrange(): void {
    if (this.closing !== null) return;
    const worthIt = this.plan.askableCount > 0;
    if (!worthIt) {
      this.cancelConnect?.();
      this.cancelConnect = null;
      this.connection?.close();
    } else if (this.connection !== null) this.connection.ask();
    else if (this.cancelConnect === null) this.connect();
  }

  private connect(): void {
    this.cancelConnect = null;
    this.connects++;
    this.connection = new FeedConnection({
      url: this.options.url,
      userAgent: this.options.userAgent,
      clock: this.clock,
      plan: this.plan,
      received: (message) => this.take(message),
      productsRefused: (products) => {
        this.productsRefused += products.length;
        for (const product of products) this.queue.push({ type: 'product-refused', product });
        this.wake();
        this.askAgainLater();
        this.arrange();
      },
      ended: (cause, stoodMs) => this.ended(cause, stoodMs),
    });
  }

  private take(message: FeedMessage | FeedRefusal): void {
    this.messages[message.type]++;
    if (message.type === 'refused') count(this.refused, message.reason);
    if (message.type === 'subscriptions' || message.type === 'error') return;
    this.queue.push({ ...message, receivedAtMs: Date.now() });
    this.wake();
  }

  private ended(cause: EndCause, stoodMs: number): void {
    this.connection = null;
    this.plan.lost();
    count(this.ends, cause);
    if (this.closing !== null) return this.closing.resolve();
    if (cause === 'closed' || this.plan.askableCount === 0) return this.arrange();
    this.cancelConnect = this.clock.after(this.delay.afterLossMs(stoodMs), () => this.connect());
  }

  private askAgainLater(): void {
    if (this.cancelAskAgain !== null || this.closing !== null || !this.plan.hasUnnamed) return;
    this.cancelAskAgain = this.clock.after(ASK_AGAIN_AFTER_MS, () => {
      this.cancelAskAgain = null;
      this.plan.retryUnnamed();
      this.arrange();
    });
  }
}

interface Closing {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function closing(): Closing {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
