import type { ClientMessage, GatewayError, GatewayEventType, Position, ServerMessage, Start } from '@elias/contracts';
import type { TailEntry } from '../tail/tail-entry.js';
import { formatPlace } from './place.js';
import type { EndCode, Sink } from './sink.js';
import { positionOf, Subscription } from './subscription.js';
import type { Cursor } from './subscription.js';

/** What a subscription begins with. */
export interface Wanted {
  products: readonly string[];
  types: readonly GatewayEventType[];
  from: Start;
}

/** Records that Kafka has deleted before they were told; the cursor stands behind them. */
export interface Lost {
  cursor: Cursor;
  from: bigint;
  to: bigint;
}

/** Where a subscription's events before the tail come from. */
export interface Past {
  /** Where it begins in each partition that it needs. Waits for Kafka for as long as the subscription lasts. */
  findStart(subscription: Subscription, wanted: Wanted): Promise<{ cursors: Cursor[]; lost: Lost[] }>;
  /** Tells what the tail does not reach back to, until it does; moves the cursors. */
  catchUp(
    subscription: Subscription,
    tell: (cursor: Cursor, entry: TailEntry) => Promise<void>,
    onLost: (lost: Lost) => void,
  ): Promise<void>;
}

export interface SessionLimits {
  /** products times types */
  subscriptionsMax: number;
  /** bytes in the socket from which on nothing more is written to it */
  bufferBytes: number;
  /** longest time that a full socket may take to empty */
  stallMs: number;
}

export interface SessionParts {
  sink: Sink;
  limits: SessionLimits;
  past: Past;
  onSent: (type: GatewayEventType) => void;
  onCut: (code: GatewayError) => void;
  /** a fault that is not foreseen */
  onBug: (error: unknown) => void;
}

const BAD_MESSAGES_MAX = 5;
const NOTHING: readonly Buffer[] = [];

/**
 * One client: what it is subscribed to, and how far it was told. Events are taken from where they lie whenever its socket has room, so
 * that a slow client costs the others nothing; one that stands still, or cannot follow as fast as events come, is told and cut.
 */
export class Session {
  private readonly subscriptions = new Set<Subscription>();
  private readonly gone = new AbortController();
  private badMessages = 0;
  private scheduled = false;
  /** the socket was full since it was last told everything */
  private pressed = false;
  private drained: Promise<void> | null = null;

  constructor(private readonly parts: SessionParts) {}

  get sink(): Sink {
    return this.parts.sink;
  }

  take(message: ClientMessage): void {
    this.badMessages = 0;
    if (message.type === 'subscribe') this.subscribe(message);
    else this.unsubscribe(message);
  }

  /** What the client said is no message: it is told, and shown the door when it goes on so. */
  refuse(reason: string): void {
    this.badMessages += 1;
    if (this.badMessages >= BAD_MESSAGES_MAX) this.cut('too-many-bad-messages', `${BAD_MESSAGES_MAX} in a row, the last: ${reason}`);
    else this.tellError('bad-message', reason);
  }

  subscribe(wanted: Wanted): void {
    const { products, types } = wanted;
    if ([...this.subscriptions].some((one) => one.overlaps(types, products))) {
      return this.tellError('already-subscribed', 'to at least one of these products and types; unsubscribe first');
    }
    const subscription = new Subscription(types, products);
    const size = [...this.subscriptions].reduce((sum, one) => sum + one.size, subscription.size);
    const { subscriptionsMax } = this.parts.limits;
    if (size > subscriptionsMax) {
      return this.tellError('too-many-subscriptions', `${size} products times types, ${subscriptionsMax} are the most`);
    }
    this.subscriptions.add(subscription);
    this.watch(subscription, this.begin(subscription, wanted));
  }

  /** The client is gone. */
  close(): void {
    this.gone.abort(new Error('the client is gone'));
    for (const subscription of this.subscriptions) this.drop(subscription);
  }

  /** Tells the client why, and ends its connection. */
  cut(code: EndCode, message: string): void {
    if (this.gone.signal.aborted) return;
    this.close();
    if (code !== 'stopping') this.parts.onCut(code);
    this.sink.end(code, message);
  }

  private unsubscribe({ products, types }: Pick<Wanted, 'products' | 'types'>): void {
    let removed = 0;
    for (const subscription of this.subscriptions) {
      for (const type of types) for (const product of products) removed += subscription.remove(type, product) ? 1 : 0;
      if (subscription.size === 0) this.drop(subscription);
    }
    if (removed === 0) return this.tellError('not-subscribed', 'to none of these products and types');
    this.say({ type: 'unsubscribed', products: [...products], types: [...types] });
  }

  private async begin(subscription: Subscription, wanted: Wanted): Promise<void> {
    const { cursors, lost } = await this.parts.past.findStart(subscription, wanted);
    subscription.signal.throwIfAborted();
    subscription.cursors = cursors;
    const { products, types } = wanted;
    this.say({ type: 'subscribed', products: [...products], types: [...types], positions: cursors.map(positionOf) });
    for (const one of lost) this.tellLost(one);
    await this.catchUp(subscription);
  }

  /** Tells the past, then follows the tail. */
  private async catchUp(subscription: Subscription): Promise<void> {
    await this.parts.past.catchUp(
      subscription,
      (cursor, entry) => this.tellWaiting(subscription, cursor, entry),
      (one) => this.tellLost(one),
    );
    subscription.signal.throwIfAborted();
    for (const cursor of subscription.cursors) {
      cursor.number = cursor.source.numberOf(cursor.next);
      cursor.source.followers.add(this.follow);
    }
    subscription.live = true;
    if (this.drained === null) this.tellTail();
  }

  private watch(subscription: Subscription, work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (subscription.signal.aborted) return;
      this.parts.onBug(error);
      this.cut('failed', 'something went wrong here');
    });
  }

  /** Of the past: waits while the socket is full. */
  private async tellWaiting(subscription: Subscription, cursor: Cursor, entry: TailEntry): Promise<void> {
    subscription.signal.throwIfAborted();
    while (!this.sink.together(() => this.tell(subscription, cursor, entry))) {
      await this.room();
      subscription.signal.throwIfAborted();
    }
  }

  /** Something came: looks once, in however many partitions it came. */
  private readonly follow = (): void => {
    if (this.scheduled || this.drained !== null || this.gone.signal.aborted) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.drained === null && !this.gone.signal.aborted) this.tellTail();
    });
  };

  private tellTail(): void {
    const fallen: Subscription[] = [];
    const full = this.sink.together(() => {
      for (const subscription of this.subscriptions) {
        for (const cursor of subscription.live ? subscription.cursors : []) {
          const why = this.tellCursor(subscription, cursor);
          if (why === 'full') return true;
          if (why === 'gone') fallen.push(subscription);
        }
      }
      return false;
    });
    if (fallen.length > 0) this.readAgain(new Set(fallen));
    if (full && !this.gone.signal.aborted) this.room().then(this.follow, () => undefined);
    // a socket that was full counts until all is told
    this.pressed = full || (this.pressed && fallen.length > 0);
  }

  /**
   * What these are to be told next is not in the tail any more. That is the client's doing if its socket was full; otherwise more came at
   * once than the tail holds, and the rest is read from Kafka.
   */
  private readAgain(subscriptions: ReadonlySet<Subscription>): void {
    if (this.pressed) return this.cut('too-slow', 'what was to be told next is not kept any more; go on after the last position');
    for (const subscription of subscriptions) {
      subscription.live = false;
      this.watch(subscription, this.catchUp(subscription));
    }
  }

  /** @returns why it is not at the end, null when it is */
  private tellCursor(subscription: Subscription, cursor: Cursor): 'gone' | 'full' | null {
    while (cursor.number !== null) {
      const entry = cursor.source.entry(cursor.number);
      if (entry === null || entry === 'gone') return entry;
      // a client that was told by another gateway may be ahead of this one
      if (entry.offset >= cursor.next && !this.tell(subscription, cursor, entry)) return 'full';
      cursor.number += 1;
    }
    return 'gone';
  }

  /** @returns false when the socket is full before all of it is told; the cursor then stands at what is left */
  private tell(subscription: Subscription, cursor: Cursor, entry: TailEntry): boolean {
    const { limits, onSent } = this.parts;
    if (entry.offset !== cursor.next) [cursor.next, cursor.row] = [entry.offset, 0];
    const texts = subscription.wants(entry.type, entry.productId) ? entry.texts() : NOTHING;
    for (let row = cursor.row; row < texts.length; row += 1) {
      if (this.sink.bufferedBytes >= limits.bufferBytes) return false;
      [cursor.next, cursor.row] = row + 1 < texts.length ? [entry.offset, row + 1] : [entry.offset + 1n, 0];
      this.sink.event(entry.type, texts[row]!, () => this.place());
      onSent(entry.type);
    }
    [cursor.next, cursor.row] = [entry.offset + 1n, 0];
    return true;
  }

  /** Resolves when the socket is empty; a client that lets it stand full for too long is cut. @throws when the client is gone */
  private room(): Promise<void> {
    this.drained ??= this.drain().finally(() => (this.drained = null));
    return this.drained;
  }

  private async drain(): Promise<void> {
    const { limits, sink } = this.parts;
    const { signal } = this.gone;
    signal.throwIfAborted();
    const late = setTimeout(
      () => this.cut('too-slow', `nothing was read for ${limits.stallMs} ms while ${limits.bufferBytes} bytes waited`),
      limits.stallMs,
    );
    let forget = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const onGone = (): void => reject(signal.reason as Error);
        const withdraw = sink.onceDrained(resolve);
        signal.addEventListener('abort', onGone, { once: true });
        forget = () => {
          withdraw();
          signal.removeEventListener('abort', onGone);
        };
      });
    } finally {
      forget();
      clearTimeout(late);
    }
  }

  private drop(subscription: Subscription): void {
    subscription.end();
    this.subscriptions.delete(subscription);
    const followed = new Set([...this.subscriptions].flatMap(({ cursors }) => cursors.map(({ source }) => source)));
    for (const { source } of subscription.cursors) if (!followed.has(source)) source.followers.delete(this.follow);
  }

  private tellLost({ cursor, from, to }: Lost): void {
    const { topic, partition } = positionOf(cursor);
    this.say({ type: 'lost', topic, partition, from: from.toString(), to: to.toString() });
  }

  private tellError(code: GatewayError, message: string): void {
    this.say({ type: 'error', code, message });
  }

  private say(message: ServerMessage): void {
    this.sink.message(message, () => this.place());
  }

  /** Where to go on, of everything that it is subscribed to. */
  private place(): string {
    const positions: Position[] = [...this.subscriptions].flatMap(({ cursors }) => cursors.map(positionOf));
    return formatPlace(positions);
  }
}
