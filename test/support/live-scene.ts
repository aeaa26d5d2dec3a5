import { randomBytes } from 'node:crypto';
import { deadLetterTopic, decodeLiveEvent, TOPICS } from '@elias/contracts';
import type { LiveEvent, LiveEventData } from '@elias/contracts';
import { ensureTopics, KafkaClient, partitionOf } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import { ServiceProcess, until } from './service-process.js';
import { testStack } from './stack.js';
import { skipToEnd, TopicTail } from './topic-tail.js';
import type { TailedRecord } from './topic-tail.js';

const quiet = createLogger({ app: 'test', level: 'silent' });
const { liveTrades, liveTickers, liveCandles, collectionRequests } = TOPICS;

/** Of the requests topic: however two collectors share its partitions, each has products. */
const PARTITIONS = [0, 1, 6, 7];

/** A product that nobody else has, on this partition. */
function productOn(partition: number): string {
  for (;;) {
    const productId = `L${randomBytes(4).toString('hex').toUpperCase()}-USD`;
    if (partitionOf(productId, collectionRequests.partitions) === partition) return productId;
  }
}

export type RestTrade = Pick<LiveEventData<'live.trade'>, 'price' | 'size' | 'side' | 'traded_at'>;

/** Without zeros that say nothing. */
const plain = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);

export interface LiveSceneOptions {
  /** a Kafka of its own; the running one where it is not given */
  brokers?: string[];
  /** that nobody else streams; made up where they are not given */
  products?: readonly string[];
  /** further settings of the simulator */
  simulator?: Record<string, string>;
}

/** Collectors that stream from a simulator of their own into the running Kafka, with a group and products of their own. */
export class LiveScene {
  private readonly processes: ServiceProcess[] = [];
  private readonly read: LiveEvent[] = [];
  private readonly told = new Map<string, Set<number>>();
  private readTo = 0;

  private constructor(
    private readonly exchange: ServiceProcess,
    private readonly tail: TopicTail,
    private readonly brokers: readonly string[],
    readonly group: string,
    readonly products: readonly string[],
  ) {
    this.processes.push(exchange);
  }

  static async open({
    brokers = testStack().kafka.brokers,
    products = PARTITIONS.map(productOn),
    simulator = {},
  }: LiveSceneOptions = {}): Promise<LiveScene> {
    const group = `test-live-${randomBytes(5).toString('hex')}`;
    const kafka = new KafkaClient({ brokers, clientId: 'test-live', logger: quiet });
    const letters = deadLetterTopic(group);
    const topics = [liveTrades, liveTickers, liveCandles, letters];
    await ensureTopics(kafka, [...topics, collectionRequests]);
    await kafka.close();
    await skipToEnd(brokers, group, [collectionRequests.name]);
    const tail = await TopicTail.of(
      brokers,
      topics.map(({ name }) => name),
    );
    const exchange = new ServiceProcess('exchange-simulator', {
      SIMULATOR_PRODUCTS: products.join(','),
      SIMULATOR_RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      ...simulator,
    });
    await exchange.ready();
    return new LiveScene(exchange, tail, brokers, group, products);
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.end()));
    await this.tail.close();
  }

  async start(settings: Record<string, string> = {}): Promise<ServiceProcess> {
    const url = await this.exchange.url();
    const collector = new ServiceProcess('collector', {
      KAFKA_BROKERS: this.brokers.join(','),
      EXCHANGE_URL: url,
      EXCHANGE_REQUESTS_PER_SECOND: '0',
      COLLECTOR_GROUP: this.group,
      COLLECTOR_LIVE_PRODUCTS: this.products.join(','),
      COLLECTOR_LIVE_CANDLE_INTERVAL_MS: '0',
      ...settings,
    });
    this.processes.push(collector);
    return collector;
  }

  /** Every live event of a type about this scene's products, in the order in which it came. */
  events<T extends LiveEvent['type']>(type: T): LiveEventData<T>[] {
    this.readOn();
    return this.read.flatMap((event) => (event.type === type ? [event.data as LiveEventData<T>] : []));
  }

  get records(): readonly TailedRecord[] {
    return this.tail.records;
  }

  get deadLetters(): TailedRecord[] {
    return this.tail.records.filter(({ topic }) => topic === deadLetterTopic(this.group).name);
  }

  /** Trade ids in the topic, each once, rising. */
  ids(productId: string): number[] {
    this.readOn();
    return [...(this.told.get(productId) ?? [])].sort((a, b) => a - b);
  }

  /** Ids between the first and the last in the topic that are not there. */
  missing(productId: string): number[] {
    const ids = this.ids(productId);
    const there = new Set(ids);
    const missing: number[] = [];
    for (let id = ids[0] ?? 0; id < (ids.at(-1) ?? 0); id += 1) if (!there.has(id)) missing.push(id);
    return missing;
  }

  /** Lets a product trade so fast from now on. */
  async load(productId: string, perSecond: number): Promise<void> {
    await this.order('feed-load', { product_id: productId, per_second: perSecond });
  }

  /** Lets every product trade so fast from now on. */
  async trade(perSecond: number): Promise<void> {
    for (const productId of this.products) await this.load(productId, perSecond);
  }

  /** Trades of a product as REST has them, from an id on, canonical, by id. */
  async restTrades(productId: string, fromId: number): Promise<Map<number, RestTrade>> {
    const trades = new Map<number, RestTrade>();
    for (let after: number | null = Number.MAX_SAFE_INTEGER; after !== null && after > fromId;) {
      const page: Record<string, string>[] = await this.rest(`/products/${productId}/trades?limit=1000&after=${after}`);
      for (const { trade_id, price, size, side, time } of page) {
        if (Number(trade_id) < fromId) continue;
        // REST tells the maker's side, and cuts zeros off the milliseconds
        const traded_at = new Date(time!).toISOString();
        trades.set(Number(trade_id), { price: plain(price!), size: plain(size!), side: side === 'buy' ? 'sell' : 'buy', traded_at });
      }
      after = page.length === 0 ? null : Number(page.at(-1)!['trade_id']);
    }
    return trades;
  }

  async order(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${await this.exchange.url()}/_simulator/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** What REST has of a product. */
  async rest<T>(path: string): Promise<T> {
    const answer = await fetch(`${await this.exchange.url()}${path}`, { headers: { 'user-agent': 'test' } });
    return (await answer.json()) as T;
  }

  /** How often faults hit. */
  async hits(): Promise<number> {
    const faults = await this.rest<{ hit: number }[]>('/_simulator/feed-faults');
    return faults.reduce((sum, { hit }) => sum + hit, 0);
  }

  /** Follows so many more trades of a product in the topic. */
  async more(productId: string, trades: number, withinMs = 60_000): Promise<void> {
    const before = this.ids(productId).length;
    await until(
      () => this.ids(productId).length >= before + trades,
      withinMs,
      () => `${productId}: no ${trades} more trades\n${this.processes.map(({ output }) => output.slice(-2_000)).join('\n')}`,
    );
  }

  /** Stops all trading and waits until the topic has the last trade of each product and no hole. */
  async settled(products: readonly string[] = this.products, withinMs = 40_000): Promise<void> {
    for (const productId of products) await this.load(productId, 0);
    const open = async (): Promise<string[]> => {
      const wrong: string[] = [];
      for (const productId of products) {
        const [newest] = await this.rest<{ trade_id: number }[]>(`/products/${productId}/trades?limit=1`);
        const last = this.ids(productId).at(-1);
        const missing = this.missing(productId);
        if (last !== newest?.trade_id || missing.length > 0)
          wrong.push(`${productId}: ${last} of ${newest?.trade_id}, ${missing.length} missing`);
      }
      return wrong;
    };
    let wrong: string[] = [];
    await until(
      async () => (wrong = await open()).length === 0,
      withinMs,
      () => `${wrong.join('; ')}\n${this.processes.map(({ output }) => output.slice(-2_000)).join('\n')}`,
    );
  }

  /** Each record is read once, however often a test asks. */
  private readOn(): void {
    for (const { records } = this.tail; this.readTo < records.length; this.readTo += 1) {
      const record = records[this.readTo]!;
      if (record.key === null || !this.products.includes(record.key)) continue;
      const decoded = decodeLiveEvent(record);
      if (decoded.kind !== 'ok') continue;
      const event = decoded.value;
      this.read.push(event);
      if (event.type !== 'live.trade') continue;
      const ids = this.told.get(record.key) ?? new Set();
      this.told.set(record.key, ids.add(event.data.trade_id));
    }
  }
}
