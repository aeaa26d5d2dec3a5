import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { TokenBucket } from '../control/token-bucket.js';
import { Subscriptions } from './subscriptions.js';

/** Why the simulator ended a connection, or that the client did. */
export type Ending = 'client' | 'unsubscribed' | 'flood' | 'slow' | 'cut' | 'closing';

/** Client messages per second. Source: Coinbase Exchange, "WebSocket rate limits". */
const MESSAGES_PER_SECOND = 100;

/** Bytes that wait for a client that does not read, at most; then it is cut. */
export const WAITING_BYTES_MAX = 8 * 1_048_576;

/** One client of the feed. */
export class FeedConnection {
  readonly subscriptions = new Subscriptions();
  readonly openedAt: string;
  messagesSent = 0;
  /** messages that a stall kept back; they are never sent */
  withheld = 0;
  ending: Ending | null = null;
  private stalledUntilMs = Number.NEGATIVE_INFINITY;
  private readonly bucket: TokenBucket;

  constructor(
    readonly id: number,
    readonly address: string,
    private readonly socket: WebSocket,
    private readonly stream: Duplex,
    private readonly options: { nowMs: number; elapsedMs: () => number; waitingBytesMax: number },
  ) {
    this.openedAt = new Date(options.nowMs).toISOString();
    this.bucket = new TokenBucket(MESSAGES_PER_SECOND, MESSAGES_PER_SECOND, options.elapsedMs());
  }

  /** Sends a message, unless the connection stalls; a client that does not read is cut before it takes more memory. */
  send(text: string): boolean {
    if (this.ending !== null) return false;
    if (this.isStalled()) {
      this.withheld += 1;
      return false;
    }
    if (this.socket.bufferedAmount > this.options.waitingBytesMax) {
      this.cut('slow');
      return false;
    }
    this.socket.send(text);
    this.messagesSent += 1;
    return true;
  }

  /** One write for all that is sent until {@link uncork}. */
  cork(): void {
    this.stream.cork();
  }

  uncork(): void {
    this.stream.uncork();
  }

  /** False when the client sends too many messages. */
  takesMessage(): boolean {
    return this.bucket.take(this.options.elapsedMs());
  }

  /** Nothing is sent for a while, not even a pong; the socket stays open. */
  stall(ms: number): void {
    this.stalledUntilMs = this.options.elapsedMs() + ms;
  }

  isStalled(): boolean {
    return this.options.elapsedMs() < this.stalledUntilMs;
  }

  pong(data: Buffer): void {
    if (this.ending === null && !this.isStalled()) this.socket.pong(data);
  }

  /** Breaks the connection without a goodbye. */
  cut(ending: Ending): void {
    this.ending ??= ending;
    this.socket.terminate();
  }

  /** Closes with a code, as the protocol has it. */
  close(ending: Ending, code: number, reason: string): void {
    this.ending ??= ending;
    this.socket.close(code, reason);
  }

  report(): Record<string, unknown> {
    return {
      id: this.id,
      address: this.address,
      opened_at: this.openedAt,
      subscriptions: this.subscriptions.list(),
      messages_sent: this.messagesSent,
      withheld: this.withheld,
      stalled: this.isStalled(),
      waiting_bytes: this.socket.bufferedAmount,
    };
  }
}
