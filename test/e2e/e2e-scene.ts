import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import type { EventType } from '@elias/contracts';
import { KafkaClient } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import { windowRows } from '../support/candle-row.js';
import type { CandleRow } from '../support/candle-row.js';
import { LaunchedStack } from '../support/launched-stack.js';
import type { StackDocument } from '../support/launched-stack.js';
import { recordings } from '../support/recorded-day.js';
import { runTool } from '../support/run-tool.js';
import type { ToolResult } from '../support/run-tool.js';
import { RunsClient } from '../support/runs-client.js';
import { until } from '../support/service-process.js';
import { SimulatorOrders } from '../support/simulator-orders.js';
import { StackReaders } from '../support/stack-readers.js';
import type { StoredRows } from '../support/stack-readers.js';
import { eventsOf } from '../support/topic-reader.js';
import type { EventOf } from '../support/topic-reader.js';
import { TopicTail } from '../support/topic-tail.js';
import type { WatchedWindow } from '../support/watched-window.js';
import { zipContent } from '../support/zip-content.js';

export const DEAD_LETTERS = {
  collector: deadLetterTopic('elias-collector').name,
  warehouse: deadLetterTopic('elias-warehouse-loader').name,
};
const EVENT_TOPICS = [TOPICS.collectionResults.name, TOPICS.archiveObjects.name, TOPICS.loads.name];

/** A window in all places at once. */
export interface WindowEverywhere {
  archive: CandleRow[];
  twin: CandleRow[];
  postgres: StoredRows;
  redshift: StoredRows;
}

/** One state directory and the stacks that are started on it, one after the other. */
export class E2eScene {
  readonly folder = mkdtempSync(join(tmpdir(), 'elias-e2e-'));
  readonly state = join(this.folder, 'state');
  private readonly launched: LaunchedStack[] = [];
  private parts: { readers: StackReaders; kafka: KafkaClient; tail: TopicTail } | undefined;

  /** Day that is under way on the exchange's clock: with recordings the one on which they end. */
  readonly today = recordings === null ? new Date().toISOString().slice(0, 10) : '2023-12-29';

  daysAgo(days: number): string {
    return new Date(Date.parse(this.today) - days * 86_400_000).toISOString().slice(0, 10);
  }

  /** `npm start` on this scene's state, with the recordings where there are some. */
  start(...args: string[]): LaunchedStack {
    const source = recordings === null ? ['--exchange', 'simulator'] : ['--recordings', recordings];
    const launched = new LaunchedStack(this.state, [...source, '--history-days', '0', ...args]);
    this.launched.push(launched);
    return launched;
  }

  /** A further start on the state on which one runs; the running one stays this scene's. */
  secondStart(): LaunchedStack {
    return new LaunchedStack(this.state, ['--exchange', 'simulator']);
  }

  elias(...args: string[]): Promise<ToolResult> {
    return runTool('bin/elias.mjs', ['--state', this.state, ...args]);
  }

  /** Connects to the stack that was started last. */
  async connect(): Promise<void> {
    const { brokers } = this.stack.kafka;
    const kafka = new KafkaClient({ brokers, clientId: 'test-e2e', logger: createLogger({ app: 'test', level: 'silent' }) });
    const tail = await TopicTail.of(brokers, [...EVENT_TOPICS, ...Object.values(DEAD_LETTERS)]);
    this.parts = { kafka, tail, readers: await StackReaders.open(this.stack) };
  }

  async disconnect(): Promise<void> {
    await this.parts?.tail.close();
    await this.parts?.kafka.close();
    await this.parts?.readers.close();
    this.parts = undefined;
  }

  async close(): Promise<void> {
    await this.disconnect();
    for (const launched of this.launched) await launched.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get current(): LaunchedStack {
    return this.launched.at(-1)!;
  }

  get stack(): StackDocument {
    return this.current.document;
  }

  get runs(): RunsClient {
    return new RunsClient(this.stack.orchestrator.url);
  }

  get simulator(): SimulatorOrders {
    return new SimulatorOrders(this.stack.exchange.url);
  }

  get readers(): StackReaders {
    return this.connected.readers;
  }

  get kafka(): KafkaClient {
    return this.connected.kafka;
  }

  /** Events of a type that came since `connect`. */
  told<T extends EventType>(type: T): EventOf<T>['data'][] {
    const records = this.connected.tail.records.filter(({ topic, headers }) => EVENT_TOPICS.includes(topic) && headers['ce_type'] === type);
    return eventsOf(records).map(({ data }) => data as EventOf<T>['data']);
  }

  /** Waits for an event. */
  async telling<T extends EventType>(
    type: T,
    which: (data: EventOf<T>['data']) => boolean,
    withinMs = 240_000,
  ): Promise<EventOf<T>['data']> {
    let found: EventOf<T>['data'] | undefined;
    await until(
      () => (found = this.told(type).find(which)) !== undefined,
      withinMs,
      () => `no such ${type} among ${this.told(type).length}\n${this.current.output}`,
    );
    return found!;
  }

  deadLetters(topic: string): TopicTail['records'] {
    return this.connected.tail.records.filter((record) => record.topic === topic);
  }

  /** A window as archive (of this key), twin, Postgres and Redshift have it. */
  async everywhere(window: WatchedWindow, archiveKey: string): Promise<WindowEverywhere> {
    const twin = gunzipSync(await this.readers.object(`tables/candles/${window.folder}/data.csv.gz`)).toString();
    return {
      archive: await this.archived(window, archiveKey),
      twin: windowRows(twin, window),
      postgres: await this.readers.inPostgres(window),
      redshift: await this.readers.inRedshift(window),
    };
  }

  async archived(window: WatchedWindow, archiveKey: string): Promise<CandleRow[]> {
    return windowRows((await this.archivedCsv(archiveKey)).toString(), window);
  }

  async archivedCsv(archiveKey: string): Promise<Buffer> {
    const csv = [...zipContent(await this.readers.object(archiveKey))].find(([name]) => name.endsWith('.csv'));
    if (csv === undefined) throw new Error(`no CSV in ${archiveKey}`);
    return csv[1];
  }

  /** Rows that stand more than once in Redshift, which has no keys. */
  async rowsTwice(): Promise<unknown[]> {
    return this.readers.query(`SELECT product_id, granularity, started_at, count(*) AS times FROM market.candles
      GROUP BY product_id, granularity, started_at HAVING count(*) > 1`);
  }

  private get connected(): NonNullable<E2eScene['parts']> {
    if (this.parts === undefined) throw new Error('not connected to a stack');
    return this.parts;
  }
}
