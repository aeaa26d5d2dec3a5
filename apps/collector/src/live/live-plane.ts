import { setTimeout as sleep } from 'node:timers/promises';
import { FeedClient, MONOTONIC_CLOCK, QUEUE_BOUNDS } from '@elias/coinbase';
import type { Call, CoinbaseClient } from '@elias/coinbase';
import { encodeLiveEvent, LIVE_EVENTS, TOPICS } from '@elias/contracts';
import type { TopicModel } from '@elias/contracts';
import { placeRecord } from '@elias/kafka';
import type { KafkaClient } from '@elias/kafka';
import type { Logger, Metrics } from '@elias/telemetry';
import type { UntilDone } from '../until-done.js';
import { FeedWatch } from './feed-watch.js';
import { FillHoles } from './fill-holes.js';
import { HandOver } from './hand-over.js';
import { KnownProducts } from './known-products.js';
import { LiveMetrics } from './live-metrics.js';
import { PollOpenCandles } from './poll-open-candles.js';
import { publishFeed } from './publish-feed.js';
import { PutMessagesAside } from './put-messages-aside.js';

/** Topics that the live plane writes to. */
export const LIVE_TOPICS: readonly TopicModel[] = Object.values(LIVE_EVENTS).map(({ topic }) => topic);

export interface LivePlaneOptions {
  feedUrl: string;
  userAgent: string;
  productIds: readonly string[];
  queueEventsMax: number;
  /** trades of a product that wait to be asked for by REST */
  fillTradesMax: number;
  /** 0 for none */
  candleIntervalMs: number;
  client: Pick<CoinbaseClient, 'trades' | 'openCandle'>;
  /** @throws UnknownProductError, ExchangeUnavailableError */
  product(productId: string, call: Call): Promise<unknown>;
  kafka: KafkaClient;
  untilDone: UntilDone;
  group: string;
  deadLetters: TopicModel;
  metrics: Metrics;
  logger: Logger;
  onBug: (error: unknown) => void;
}

const SHOW_EVERY_MS = 1_000;
/** What was taken from the feed is sent within this time at the end, or not at all. */
const LAST_SENDS_MS = 2_000;
/** A collector that leaves goes on so long where others are there, so that they follow its products before it ends. */
const LINGER_MS = 5_000;

/**
 * Trades, tickers and open candles of the products that this collector owns, from the feed to Kafka. Fast and provisional: what it
 * misses, the settled windows have.
 */
export class LivePlane {
  private readonly feed: FeedClient;
  private readonly known: KnownProducts;
  private readonly handOver: HandOver;
  private readonly fillHoles: FillHoles;
  private readonly poll: PollOpenCandles;
  private readonly liveMetrics: LiveMetrics;
  private readonly watch: FeedWatch;
  private readonly stopping = new AbortController();
  private readonly publishing: Promise<void>;
  private readonly showing: NodeJS.Timeout;
  private closing: Promise<void> | null = null;

  constructor(private readonly options: LivePlaneOptions) {
    const { feedUrl: url, userAgent, queueEventsMax: itemsMax, productIds, client, kafka, untilDone, group, deadLetters } = options;
    const { metrics, logger, onBug, candleIntervalMs: intervalMs, fillTradesMax: tradesMax } = options;
    this.feed = new FeedClient({ url, userAgent, queue: { ...QUEUE_BOUNDS, itemsMax } });
    this.liveMetrics = new LiveMetrics(metrics);
    this.watch = new FeedWatch(logger, () => performance.now());
    const after = (ms: number, call: () => void): (() => void) => MONOTONIC_CLOCK.after(ms, call);
    this.known = new KnownProducts({ feed: this.feed, product: (...question) => options.product(...question), after, onBug, logger });
    this.handOver = new HandOver(productIds, TOPICS.collectionRequests.partitions, this.known, after);
    this.fillHoles = new FillHoles({
      trades: (...question) => client.trades(...question),
      fill: (productId, trades) => this.feed.fill(productId, trades),
      gaveUp: (trades) => this.liveMetrics.gaveUp(trades),
      ...{ onBug, tradesMax, logger },
    });
    const producer = kafka.producer();
    const aside = new PutMessagesAside(group, { topic: deadLetters.name, partitions: deadLetters.partitions }, Date.now);
    this.publishing = publishFeed(
      {
        feed: this.feed,
        send: async (records, signal) => void (await untilDone.run(() => producer.send(records, signal), signal)),
        sendAside: async (letter, signal) => void (await untilDone.run(() => producer.sendRaw(letter, signal), signal)),
        letter: (message) => aside.letter(message),
        onHole: (productId, ids) => this.fillHoles.add(productId, ids),
        onLate: (productId, tradeId) => this.fillHoles.came(productId, tradeId),
        onProductRefused: (...refusal) => this.known.refused(...refusal),
        onNotKept: () => this.liveMetrics.notKept(),
        onSent: (type, latencyMs) => this.liveMetrics.sent(type, latencyMs / 1_000),
        logger,
      },
      this.stopping.signal,
    ).catch((error: unknown) => {
      if (!this.stopping.signal.aborted) onBug(error);
    });
    this.poll = new PollOpenCandles({
      products: () => this.handOver.products,
      openCandle: (...question) => client.openCandle(...question),
      publish: async (event, signal) => {
        await untilDone.run(() => producer.send([placeRecord(encodeLiveEvent(event, 'collector'))], signal), signal);
        this.liveMetrics.sent(event.type, 0);
      },
      ...{ onBug, intervalMs, logger },
    });
    if (intervalMs > 0) this.poll.start();
    this.showing = setInterval(() => this.show(), SHOW_EVERY_MS).unref();
  }

  /** How the feed is, in one sentence. */
  note(): string {
    return this.watch.note();
  }

  /** @param partitions of the requests topic that this collector owns now */
  assigned(partitions: readonly number[]): void {
    if (this.closing === null) this.handOver.assigned(partitions);
  }

  /** To be called when the group was left. What was taken from the feed is sent first, as long as Kafka takes it. */
  close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    await this.poll.close();
    if (this.handOver.shared && this.handOver.products.length > 0) await sleep(LINGER_MS);
    this.handOver.close();
    this.known.close();
    await this.fillHoles.close();
    await this.feed.close();
    await Promise.race([this.publishing, sleep(LAST_SENDS_MS, undefined, { ref: false })]);
    this.stopping.abort(new Error('the app stops'));
    await this.publishing;
    clearInterval(this.showing);
    this.show();
  }

  private show(): void {
    const { counters } = this.feed;
    this.liveMetrics.show(counters, this.known.leftOut.length);
    if (this.closing === null) this.watch.look(counters.connected, this.handOver.products.length - this.known.leftOut.length);
  }
}
