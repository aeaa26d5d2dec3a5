import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { PacerClock } from '../request-pacer.js';
import { feedProxy } from './feed-proxy.js';
import type { FeedMessage, FeedRefusal } from './read-feed-message.js';
import { readFeedMessage, refuse } from './read-feed-message.js';
import type { RefusedProduct, SubscriptionPlan, SubscriptionRequest } from './subscription-plan.js';
import { FEED_CHANNELS } from './subscription-plan.js';

/** Why a connection is no more: never opened, cut by the other side or the net, silent, deaf to a subscription, or closed by us. */
export const END_CAUSES = ['not_opened', 'cut', 'stalled', 'unanswered', 'closed'] as const;
export type EndCause = (typeof END_CAUSES)[number];

/** A feed that says nothing for so long is dead, though its socket is open: each product has a heartbeat a second. */
export const STALL_MS = 15_000;
/** The exchange answers a subscription within milliseconds. */
export const ANSWER_MS_MAX = 5_000;
const OPEN_MS_MAX = 10_000;
const GOODBYE_MS_MAX = 1_000;
/** Of the channels we use no message has even 1 kB, but for the list of subscriptions. */
const MESSAGE_BYTES_MAX = 1024 * 1024;

export interface FeedConnectionParts {
  /** `wss://ws-feed.exchange.coinbase.com`, or what stands in for it */
  readonly url: string;
  readonly userAgent: string;
  readonly clock: PacerClock;
  readonly plan: SubscriptionPlan;
  readonly received: (message: FeedMessage | FeedRefusal) => void;
  readonly productsRefused: (products: readonly RefusedProduct[]) => void;
  /** once; `stoodMs` is how long it was open */
  readonly ended: (cause: EndCause, stoodMs: number) => void;
}

/**
 * One connection to the feed, from opening to its end. It subscribes as soon as it is open (the exchange gives 5 s), one request at a
 * time. Pings of the exchange are answered by `ws`; we send none, since a pong says nothing of the feed behind it.
 */
export class FeedConnection {
  private readonly socket: WebSocket;
  private openedAtMs: number | null = null;
  private heardAtMs = 0;
  private cause: EndCause | null = null;
  private cancelWatch: () => void;
  private cancelAnswer: () => void = () => undefined;

  constructor(private readonly parts: FeedConnectionParts) {
    const { url, userAgent, clock } = parts;
    this.socket = new WebSocket(url, {
      agent: feedProxy(url),
      headers: { 'User-Agent': userAgent },
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
    });
    this.cancelWatch = clock.after(OPEN_MS_MAX, () => this.end('not_opened'));
    this.socket.on('open', () => this.opened());
    this.socket.on('message', (data: RawData, binary: boolean) => this.heard(data, binary));
    this.socket.on('error', () => undefined); // it is told by the end that follows
    this.socket.on('close', () => this.gone());
  }

  get open(): boolean {
    return this.openedAtMs !== null && this.cause === null;
  }

  /** Sends what the plan has to ask, if it may ask now. */
  ask(): void {
    if (!this.open || this.socket.readyState !== WebSocket.OPEN) return;
    const request = this.parts.plan.next();
    if (request === null) return;
    this.socket.send(textOf(request));
    this.cancelAnswer();
    this.cancelAnswer = this.parts.clock.after(ANSWER_MS_MAX, () => this.unanswered());
  }

  /** Says goodbye; `ended` follows, within a second at most. */
  close(): void {
    if (this.cause !== null) return;
    this.cause = 'closed';
    this.stopClocks();
    if (this.socket.readyState === WebSocket.OPEN) this.socket.close(1_000);
    else this.socket.terminate();
    this.cancelWatch = this.parts.clock.after(GOODBYE_MS_MAX, () => this.socket.terminate());
  }

  private opened(): void {
    if (this.cause !== null) return;
    this.openedAtMs = this.heardAtMs = this.parts.clock.nowMs();
    this.watch(STALL_MS);
    this.ask();
  }

  private heard(data: RawData, binary: boolean): void {
    if (this.cause !== null) return;
    this.heardAtMs = this.parts.clock.nowMs();
    const { plan, received } = this.parts;
    const text = bytesOf(data).toString();
    const message = binary ? refuse('not_text', text) : readFeedMessage(text, (id) => plan.wants(id) || plan.leaves(id));
    received(message);
    if (message.type === 'subscriptions') this.answered(() => plan.told(message.channels));
    if (message.type === 'error') this.answered(() => this.report(plan.failed(message.reason || message.message)));
  }

  /** What was asked may stay open after an answer: then the plan has nothing more to ask yet, and the time runs on. */
  private answered(take: () => void): void {
    take();
    if (!this.parts.plan.waiting) this.cancelAnswer();
    this.ask();
  }

  private unanswered(): void {
    const refused = this.parts.plan.timedOut();
    if (refused === null) return this.end('unanswered');
    this.report(refused);
    this.ask();
  }

  private report(refused: readonly RefusedProduct[]): void {
    if (refused.length > 0) this.parts.productsRefused(refused);
  }

  private watch(inMs: number): void {
    this.cancelWatch();
    this.cancelWatch = this.parts.clock.after(inMs, () => {
      const leftMs = this.heardAtMs + STALL_MS - this.parts.clock.nowMs();
      if (leftMs > 0) return this.watch(leftMs);
      // When this process stood still, messages wait in the socket: they are read before the next alarm.
      this.cancelWatch = this.parts.clock.after(0, () => {
        if (this.heardAtMs + STALL_MS > this.parts.clock.nowMs()) this.watch(STALL_MS);
        else this.end('stalled');
      });
    });
  }

  private end(cause: EndCause): void {
    this.cause ??= cause;
    this.stopClocks();
    this.socket.terminate();
  }

  private gone(): void {
    this.cause ??= this.openedAtMs === null ? 'not_opened' : 'cut';
    this.stopClocks();
    this.parts.ended(this.cause, this.openedAtMs === null ? 0 : this.parts.clock.nowMs() - this.openedAtMs);
  }

  private stopClocks(): void {
    this.cancelWatch();
    this.cancelAnswer();
  }
}

function textOf({ type, productIds }: SubscriptionRequest): string {
  return JSON.stringify({ type, product_ids: productIds, channels: FEED_CHANNELS });
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
