import { createHash, randomBytes } from 'node:crypto';
import { deadLetterTopic, decodeEvent, decodeWindowFacts, encodeEvent, TOPICS, WINDOW_TOPICS, windowToWire } from '@elias/contracts';
import type { ControlEvent, EventData, WindowFacts } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import { candleWindowAt, parseWindowId, windowId } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { wholeWindows } from './published-trades.js';
import type { PublishedTrades } from './published-trades.js';
import { ServiceProcess, until } from './service-process.js';
import { testStack } from './stack.js';
import { skipToEnd, TopicTail } from './topic-tail.js';
import type { TailedRecord } from './topic-tail.js';

export type Requested = EventData<'collection.requested'>;
export type Completed = EventData<'collection.completed'>;
export type Failed = EventData<'collection.failed'>;
export interface PublishedWindow {
  readonly facts: WindowFacts;
  readonly csv: Buffer;
  readonly record: TailedRecord;
}
/** What the simulator counted. */
export interface AskedReport {
  total: number;
  rate_limited: number;
  by_status: Record<string, number>;
  elapsed_ms: number;
}

const quiet = createLogger({ app: 'test', level: 'silent' });
const DAY_MS = 86_400_000;

/**
 * Collectors as processes between the running Kafka and an exchange simulator of their own, with a consumer group, products and a run of
 * their own, so that tests never meet. The group begins at the end of the requests topic.
 */
export class CollectorScene {
  readonly group = `test-collector-${randomBytes(5).toString('hex')}`;
  readonly runId = uuidv7();
  readonly products = ['A', 'B', 'C'].map((letter) => `${letter}${randomBytes(4).toString('hex').toUpperCase()}-USD`);
  private readonly processes: ServiceProcess[] = [];
  private readonly kafka = new KafkaClient({ ...testStack().kafka, clientId: 'test-collector', logger: quiet });
  private readonly producer = this.kafka.producer();
  private exchange!: ServiceProcess;
  private tail!: TopicTail;

  /** @param simulator settings of the simulator */
  static async open(simulator: Record<string, string> = {}): Promise<CollectorScene> {
    const scene = new CollectorScene();
    const { brokers } = testStack().kafka;
    const { collectionRequests, collectionResults, windowsCandles, windowsStats, windowsTrades } = TOPICS;
    const deadLetters = deadLetterTopic(scene.group);
    await ensureTopics(scene.kafka, [collectionRequests, collectionResults, windowsCandles, windowsStats, windowsTrades, deadLetters]);
    await skipToEnd(brokers, scene.group, [collectionRequests.name]);
    const followed = [collectionResults, windowsCandles, windowsStats, windowsTrades, deadLetters];
    scene.tail = await TopicTail.of(
      brokers,
      followed.map(({ name }) => name),
    );
    const settings = { SIMULATOR_PRODUCTS: scene.products.join(','), SIMULATOR_RATE_LIMIT: 'off', LOG_LEVEL: 'warn', ...simulator };
    scene.exchange = new ServiceProcess('exchange-simulator', settings);
    scene.processes.push(scene.exchange);
    await scene.exchange.ready();
    return scene;
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.end()));
    await this.tail.close();
    await this.kafka.close();
  }

  /** A collector without a limit of its own, unless the settings say otherwise. */
  async start(settings: Record<string, string> = {}): Promise<ServiceProcess> {
    const collector = new ServiceProcess('collector', {
      KAFKA_BROKERS: testStack().kafka.brokers.join(','),
      EXCHANGE_URL: await this.exchange.url(),
      EXCHANGE_REQUESTS_PER_SECOND: '0',
      EXCHANGE_TIMEOUT_MS: '2000',
      COLLECTOR_GROUP: this.group,
      COLLECTOR_LIVE: 'off',
      ...settings,
    });
    this.processes.push(collector);
    return collector;
  }

  /** Names of the last whole days of this scene's products, all products of one day before the day before it. */
  days(count: number, products: readonly string[] = this.products): string[] {
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    return Array.from({ length: count }, (_, i) => {
      const product = products[i % products.length]!;
      return windowId(candleWindowAt(product, 60, today - DAY_MS * (1 + Math.floor(i / products.length))));
    });
  }

  /** @returns the request's id */
  async request(id: string, rest: Partial<Requested> = {}): Promise<string> {
    const [requestId] = await this.requestAll([id], rest);
    return requestId!;
  }

  async requestAll(ids: readonly string[], rest: Partial<Requested> = {}): Promise<string[]> {
    const requests = ids.map((id): Requested => ({
      request_id: uuidv7(),
      run_id: this.runId,
      origin: 'backfill',
      window: windowToWire(parseWindowId(id)),
      attempt: 1,
      best_known: null,
      requested_at: '2024-01-01T00:00:00Z',
      ...rest,
    }));
    await this.producer.send(requests.map((request) => placeRecord(encodeEvent('collection.requested', request, 'test'))));
    return requests.map(({ request_id }) => request_id);
  }

  /** Whatever value as a record of the requests topic. */
  async requestRaw(value: string, headers: Record<string, string> = { ce_type: 'collection.requested' }): Promise<void> {
    const record: OutgoingRecord = { topic: TOPICS.collectionRequests.name, key: null, partition: 0, value, headers };
    await this.producer.send([record]);
  }

  /** Answers to this scene's run, in the order in which they came. */
  get results(): { completed: Completed[]; failed: Failed[] } {
    const events = this.tail.records.flatMap((record): ControlEvent[] => {
      const decoded = record.topic === TOPICS.collectionResults.name ? decodeEvent(record) : undefined;
      return decoded?.kind === 'ok' ? [decoded.value] : [];
    });
    return {
      completed: events.flatMap(({ type, data }) => (type === 'collection.completed' && data.run_id === this.runId ? [data] : [])),
      failed: events.flatMap(({ type, data }) => (type === 'collection.failed' && data.run_id === this.runId ? [data] : [])),
    };
  }

  /** Windows published for this scene's run, checked by their own hash. */
  get windows(): PublishedWindow[] {
    return this.tail.records.flatMap((record) => {
      if (!WINDOW_TOPICS.some(({ name }) => name === record.topic)) return [];
      const facts = decodeWindowFacts(record);
      if (facts.kind !== 'ok' || facts.value.runId !== this.runId) return [];
      const csv = record.value!;
      expect(createHash('sha256').update(csv).digest('hex')).toBe(facts.value.csvSha256);
      return [{ facts: facts.value, csv, record }];
    });
  }

  /** Windows of trades published for this scene's run whose parts are all there, checked by their own hash. */
  get tradeWindows(): PublishedTrades[] {
    return wholeWindows(this.tail.records, this.runId);
  }

  /** Where the simulator listens. */
  async exchangeUrl(): Promise<string> {
    return this.exchange.url();
  }

  get deadLetters(): TailedRecord[] {
    return this.tail.records.filter(({ topic }) => topic === deadLetterTopic(this.group).name);
  }

  /** Waits until each of these requests is answered, and every window that was told as published is there. */
  async answered(requestIds: readonly string[], withinMs = 60_000): Promise<void> {
    const unanswered = (): number => {
      const { completed, failed } = this.results;
      const told = new Set([...completed, ...failed].map(({ request_id }) => request_id));
      return requestIds.filter((id) => !told.has(id)).length;
    };
    // the tail reads partitions side by side: what was written first need not come first
    const unseen = (): number => {
      const seen = new Set([...this.windows, ...this.tradeWindows].map(({ facts }) => facts.revision.collectionId));
      return this.results.completed.filter(({ published, revision }) => published && !seen.has(revision.collection_id)).length;
    };
    await until(
      () => unanswered() === 0 && unseen() === 0,
      withinMs,
      () => `${unanswered()} of ${requestIds.length} requests are not answered, ${unseen()} windows are missing\n${this.outputs()}`,
    );
  }

  /** Offsets that the group has committed, summed; what is done is behind them. */
  async committed(): Promise<bigint> {
    const offsets = await this.kafka.fetchOffsets(this.group, [TOPICS.collectionRequests.name]);
    return offsets.reduce((sum, { offset }) => sum + BigInt(offset ?? 0), 0n);
  }

  /** Waits until so many more records are done than the group had at its beginning. */
  async committedPast(before: bigint, count: number): Promise<void> {
    let now = before;
    await until(
      async () => (now = await this.committed()) >= before + BigInt(count),
      30_000,
      () => `${now - before} of ${count} records are committed\n${this.outputs()}`,
    );
  }

  /** A fault to come, or any other order to the simulator. */
  async order(path: 'clock' | 'faults' | 'feed-faults' | 'products' | 'limit' | 'feed-load', body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${await this.exchange.url()}/_simulator/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the simulator refused: ${await response.text()}`);
  }

  async clearFaults(): Promise<void> {
    await fetch(`${await this.exchange.url()}/_simulator/faults`, { method: 'DELETE' });
  }

  async forgetProductEdits(): Promise<void> {
    await fetch(`${await this.exchange.url()}/_simulator/products`, { method: 'DELETE' });
  }

  async asked(): Promise<AskedReport> {
    return JSON.parse((await this.exchange.get('/_simulator/requests')).text) as AskedReport;
  }

  /** Counts from now on. */
  async resetAsked(): Promise<void> {
    await fetch(`${await this.exchange.url()}/_simulator/requests`, { method: 'DELETE' });
  }

  async endExchange(): Promise<void> {
    await this.exchange.end();
  }

  outputs(): string {
    return this.processes.map(({ app, output }) => `${app}\n${output.slice(-4_000)}`).join('\n---\n');
  }
}
