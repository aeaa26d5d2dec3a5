import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RateLimit } from '../control/rate-limit.js';
import type { Market } from '../market.js';
import type { SimulatorClock } from '../simulator-clock.js';
import type { CapturePlayer } from './capture-player.js';
import { readClientMessage } from './client-message.js';
import type { Channel, ClientOrder } from './client-message.js';
import { FeedConnection, WAITING_BYTES_MAX } from './feed-connection.js';
import type { Ending } from './feed-connection.js';
import type { FeedProduct } from './feed-event.js';
import type { FeedFaultPlan } from './feed-fault-plan.js';
import { LoadedTape } from './loaded-tape.js';
import { TellEvents } from './tell-events.js';
import { ToldMatches } from './told-matches.js';
import { TradeStream } from './trade-stream.js';

/** A connection without a subscription is closed. Source: Coinbase Exchange, "WebSocket overview". */
const SUBSCRIBE_WITHIN_MS = 5_000;
/** Connections of one address that may be subscribed to a product and channel. Source: "WebSocket rate limits". */
const SUBSCRIPTIONS_MAX = 10;
/** How often it looks what has happened; a trade is told this much late at most, on a machine that keeps up. */
const TICK_MS = 5;
/** Events told per product and tick, at most: the rest waits, so that clients can read in between. */
const EVENTS_PER_TICK_MAX = 1_000;

export interface FeedParts {
  market: Market;
  clock: SimulatorClock;
  limit: RateLimit;
  faults: FeedFaultPlan;
  capture: CapturePlayer | null;
}

export interface FeedOptions {
  subscribeWithinMs?: number;
  waitingBytesMax?: number;
  /** a clock that only moves forward, milliseconds; stalls and message rates go by it */
  elapsedMs?: () => number;
}

/** The exchange's WebSocket feed: connections, their subscriptions, and what they are told as the clock moves on. */
export class Feed {
  private readonly connections = new Map<number, FeedConnection>();
  private readonly streams = new Map<string, TradeStream>();
  /** orders whose products are being looked up: their streams stay */
  private readonly opening = new Set<ClientOrder>();
  private readonly matches = new ToldMatches();
  private readonly teller: TellEvents;
  private readonly endings: Partial<Record<Ending, number>> = {};
  private opened = 0;
  private sentBefore = 0;
  private heartbeatS = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly parts: FeedParts,
    private readonly options: FeedOptions = {},
  ) {
    this.teller = new TellEvents(this.connections, parts.faults, this.matches);
  }

  /** Takes a client in. */
  accept(socket: WebSocket, stream: Duplex, address: string): void {
    this.opened += 1;
    const { elapsedMs = () => performance.now(), waitingBytesMax = WAITING_BYTES_MAX } = this.options;
    const options = { nowMs: this.parts.clock.nowMs(), elapsedMs, waitingBytesMax };
    const connection = new FeedConnection(this.opened, address, socket, stream, options);
    this.connections.set(connection.id, connection);
    const late = setTimeout(() => {
      if (connection.subscriptions.products().size === 0) connection.close('unsubscribed', 1008, 'No subscription');
    }, this.options.subscribeWithinMs ?? SUBSCRIBE_WITHIN_MS).unref();
    let orders = Promise.resolve();
    socket.on('message', (data: Buffer) => {
      orders = orders.then(() => this.obey(connection, data.toString('utf8'))).catch(() => connection.cut('cut'));
    });
    socket.on('ping', (data: Buffer) => connection.pong(data));
    // what is wrong with a connection ends it; `close` follows
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(late);
      this.forget(connection);
    });
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** Tells what has happened since the last time. */
  tick(): void {
    const nowMs = this.parts.clock.nowMs();
    for (const connection of this.connections.values()) connection.cork();
    for (const event of this.parts.capture?.due(nowMs, EVENTS_PER_TICK_MAX) ?? []) this.teller.tell(event);
    for (const stream of this.streams.values()) {
      for (const event of stream.due(nowMs, EVENTS_PER_TICK_MAX)) this.teller.tell(event);
      const skipped = stream.takeSkipped();
      if (skipped > 0) this.matches.of(stream.productId).skipped += skipped;
      // what a source cannot tell of its statistics ends the connections, not the process
      stream.refreshStats(nowMs).catch(() => this.cutAll('cut'));
    }
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.heartbeatS) {
      this.heartbeatS = second;
      this.beat(nowMs);
    }
    for (const connection of this.connections.values()) connection.uncork();
  }

  /** Makes a product trade at a steady rate from now on; see {@link LoadedTape}. @returns false when it has no trades */
  load(productId: string, perSecond: number): boolean {
    const trades = this.parts.market.find(productId)?.trades ?? null;
    if (trades === null || this.parts.capture?.product(productId)) return false;
    this.parts.market.replaceTrades(productId, new LoadedTape(trades, this.parts.clock.nowMs(), perSecond));
    return true;
  }

  cutAll(ending: Ending): void {
    for (const connection of [...this.connections.values()]) connection.cut(ending);
  }

  /** Ends all connections and stops. */
  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.cutAll('closing');
  }

  report(): Record<string, unknown> {
    const connections = [...this.connections.values()];
    return {
      connections: connections.map((connection) => connection.report()),
      opened: this.opened,
      ended: this.endings,
      messages_sent: this.sentBefore + connections.reduce((sum, { messagesSent }) => sum + messagesSent, 0),
      matches: this.matches.report(),
      capture: this.parts.capture?.report() ?? null,
    };
  }

  /** Counts matches anew. */
  resetMatches(): void {
    this.matches.reset();
  }

  private async obey(connection: FeedConnection, text: string): Promise<void> {
    if (connection.ending !== null || connection.isStalled()) return;
    if (this.parts.limit.settings.enabled && !connection.takesMessage()) {
      connection.send(JSON.stringify({ type: 'error', message: 'Too many messages' }));
      connection.close('flood', 1008, 'Too many messages');
      return;
    }
    const order = readClientMessage(text, (productId) => this.parts.market.find(productId) !== null);
    if (order.type === 'error') {
      connection.send(JSON.stringify(order));
      return;
    }
    const crowded = order.type === 'subscribe' ? this.crowded(connection, order) : null;
    if (crowded !== null) {
      const reason = `more than ${SUBSCRIPTIONS_MAX} subscriptions to ${crowded}`;
      connection.send(JSON.stringify({ type: 'error', message: 'Failed to subscribe', reason }));
      return;
    }
    this.opening.add(order);
    try {
      if (order.type === 'subscribe') await this.open(order);
    } finally {
      this.opening.delete(order);
    }
    this.carryOut(connection, order);
  }

  /** The last match comes before the answer, tickers after it, as recorded. */
  private carryOut(connection: FeedConnection, order: ClientOrder): void {
    if (connection.ending !== null) return;
    const added = connection.subscriptions.apply(order);
    const of = (wanted: Channel): string[] => added.filter(({ channel }) => channel === wanted).map(({ productId }) => productId);
    if (of('matches').some((productId) => this.parts.capture?.product(productId))) this.parts.capture?.begin(this.parts.clock.nowMs());
    const send = (text: string | null): void => void (text === null || connection.send(text));
    for (const productId of of('matches')) send(this.product(productId)?.lastMatch() ?? null);
    send(JSON.stringify({ type: 'subscriptions', channels: connection.subscriptions.list() }));
    for (const productId of of('ticker')) send(this.product(productId)?.lastTicker() ?? null);
    if (order.type === 'unsubscribe') this.closeStreams();
  }

  /** Streams of products that nobody had asked for; their statistics are there before the first ticker. */
  private async open(order: ClientOrder): Promise<void> {
    const nowMs = this.parts.clock.nowMs();
    const opened: Promise<void>[] = [];
    for (const productId of productsOf(order)) {
      if (this.parts.capture?.product(productId)) continue;
      const stream = this.streams.get(productId) ?? new TradeStream(productId, this.parts.market, nowMs);
      this.streams.set(productId, stream);
      opened.push(stream.refreshStats(nowMs));
    }
    await Promise.all(opened);
  }

  private product(productId: string): FeedProduct | null {
    return this.parts.capture?.product(productId) ?? this.streams.get(productId) ?? null;
  }

  private beat(nowMs: number): void {
    this.teller.releaseHeld();
    for (const connection of this.connections.values()) {
      for (const { name, product_ids: productIds } of connection.subscriptions.list()) {
        if (name !== 'heartbeat') continue;
        for (const productId of productIds) {
          const heartbeat = this.product(productId)?.heartbeat(nowMs);
          if (heartbeat !== undefined) connection.send(heartbeat);
        }
      }
    }
  }

  /** The product and channel to which the client's address has too many subscriptions. */
  private crowded(connection: FeedConnection, { wanted }: ClientOrder): string | null {
    if (!this.parts.limit.settings.enabled) return null;
    const others = [...this.connections.values()].filter(({ id, address }) => id !== connection.id && address === connection.address);
    if (others.length < SUBSCRIPTIONS_MAX) return null;
    for (const { channel, productIds } of wanted) {
      for (const productId of productIds ?? []) {
        const held = others.filter(({ subscriptions }) => subscriptions.has(channel, productId)).length;
        if (held >= SUBSCRIPTIONS_MAX) return `${channel} of ${productId}`;
      }
    }
    return null;
  }

  private forget(connection: FeedConnection): void {
    this.connections.delete(connection.id);
    this.sentBefore += connection.messagesSent;
    const ending = connection.ending ?? 'client';
    this.endings[ending] = (this.endings[ending] ?? 0) + 1;
    this.closeStreams();
    if (this.connections.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private closeStreams(): void {
    const wanted = new Set([...this.connections.values()].flatMap(({ subscriptions }) => [...subscriptions.products()]));
    for (const order of this.opening) for (const productId of productsOf(order)) wanted.add(productId);
    for (const productId of this.streams.keys()) if (!wanted.has(productId)) this.streams.delete(productId);
  }
}

function productsOf({ wanted }: ClientOrder): Set<string> {
  return new Set(wanted.flatMap(({ productIds }) => productIds ?? []));
}
