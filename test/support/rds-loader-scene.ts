import { randomBytes } from 'node:crypto';
import { deadLetterTopic, decodeEvent, TOPICS, WINDOW_TOPICS } from '@elias/contracts';
import type { ControlEvent, EncodedRecord } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { LoaderDatabase, rowsOf } from './loader-database.js';
import type { LoaderSource } from './loader-sources.js';
import { madeTelling } from './made-telling.js';
import type { MadeTelling, WantedTelling } from './made-telling.js';
import { ServiceProcess, until } from './service-process.js';
import { testStack } from './stack.js';
import { copyOffsets, skipToEnd, TopicTail } from './topic-tail.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const SOURCE_TOPICS = [...WINDOW_TOPICS, TOPICS.archiveObjects].map(({ name }) => name);

/**
 * rds-loaders as processes against the running stack, with a database of their own; each test has a consumer group and a product of
 * its own, so that tests never meet.
 */
export class RdsLoaderScene {
  product = '';
  group = '';
  private tests = 0;
  private readonly processes: ServiceProcess[] = [];
  private readonly kafka = new KafkaClient({ ...testStack().kafka, clientId: 'test-rds-loader', logger });
  private tail!: TopicTail;

  private constructor(
    readonly database: LoaderDatabase,
    private readonly groups: readonly string[],
  ) {}

  /** @param tests how many groups are needed at most: each dead-letter topic is made and followed from the beginning */
  static async open(tests: number): Promise<RdsLoaderScene> {
    const groups = Array.from({ length: tests }, () => `test-rds-loader-${randomBytes(5).toString('hex')}`);
    const scene = new RdsLoaderScene(await LoaderDatabase.create(), groups);
    const deadLetters = groups.map(deadLetterTopic);
    await ensureTopics(scene.kafka, [...WINDOW_TOPICS, TOPICS.archiveObjects, TOPICS.loads, ...deadLetters]);
    const followed = [TOPICS.loads.name, ...deadLetters.map(({ name }) => name)];
    scene.tail = await onceTheyLead(() => TopicTail.of(testStack().kafka.brokers, followed));
    return scene;
  }

  /** A product of its own, and a group that begins at the present end of its topics. */
  async begin(): Promise<void> {
    this.product = `L${randomBytes(5).toString('hex').toUpperCase()}-USD`;
    this.group = this.groups[this.tests]!;
    this.tests += 1;
    await onceTheyLead(() => skipToEnd(testStack().kafka.brokers, this.group, SOURCE_TOPICS));
  }

  /** Goes on in another group from the same offsets: the one before waits for its killed member until the session ends, 30 s. */
  async goOn(): Promise<void> {
    const before = this.group;
    this.group = this.groups[this.tests]!;
    this.tests += 1;
    const { brokers } = testStack().kafka;
    for (const topic of SOURCE_TOPICS) await onceTheyLead(() => copyOffsets(brokers, before, this.group, topic));
  }

  get prefix(): string {
    return `test/${this.product}`;
  }

  /** Ends what the test started. */
  async end(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((one) => one.end()));
  }

  async close(): Promise<void> {
    await this.end();
    await this.tail.close();
    await this.kafka.close();
    await this.database.drop();
  }

  start(source: LoaderSource = 'topic', settings: Record<string, string> = {}): ServiceProcess {
    const { kafka, s3 } = testStack();
    const loader = new ServiceProcess('rds-loader', {
      KAFKA_BROKERS: kafka.brokers.join(','),
      POSTGRES_URL: this.database.url,
      RDS_LOADER_SOURCE: source,
      RDS_LOADER_GROUP: this.group,
      RDS_LOADER_LIVE: 'off',
      ARCHIVE_PREFIX: this.prefix,
      ARCHIVE_BUCKET: s3.bucket,
      AWS_REGION: s3.region,
      S3_ENDPOINT: s3.endpoint,
      AWS_ACCESS_KEY_ID: s3.access_key_id,
      AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
      ...settings,
    });
    this.processes.push(loader);
    return loader;
  }

  tell(wanted: WantedTelling): MadeTelling {
    return madeTelling({ productId: this.product, ...wanted });
  }

  /** Tellings of successive days, with many rows each. */
  days(count: number, wanted: Partial<WantedTelling> = {}): MadeTelling[] {
    const minutes = Array.from({ length: 700 }, (_, i) => i * 2);
    return Array.from({ length: count }, (_, i) => {
      const day = new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10);
      return this.tell({ day, telling: `${this.product} ${day}`, minutes, ...wanted });
    });
  }

  async publish(records: readonly (EncodedRecord | OutgoingRecord)[]): Promise<void> {
    await this.kafka.producer().send(records.map((record) => ('partitionBy' in record ? placeRecord(record) : record)));
  }

  /** A telling as a record that may be made wrong. */
  outgoing(telling: MadeTelling, change: Partial<OutgoingRecord> = {}): OutgoingRecord {
    return { ...placeRecord(telling.record), ...change };
  }

  /** Answers for this scene's product; those of one window in the order in which they were told. */
  get told(): ControlEvent[] {
    return this.tail.records.flatMap((record) => {
      if (record.topic !== TOPICS.loads.name || !(record.key ?? '').includes(this.product)) return [];
      const decoded = decodeEvent(record);
      return decoded.kind === 'ok' ? [decoded.value] : [];
    });
  }

  /** Dead letters of the group about this scene's product; others write to the same source topics meanwhile. */
  get deadLetters(): TopicTail['records'] {
    const own = ({ value, headers }: TopicTail['records'][number]): boolean =>
      `${JSON.stringify(headers)}${String(value)}`.includes(this.product);
    return this.tail.records.filter((record) => record.topic === deadLetterTopic(this.group).name && own(record));
  }

  /** Waits until each of the tellings was answered by an event of the type. */
  async answered(tellings: readonly MadeTelling[], type: 'rds.loaded' | 'any answer' = 'rds.loaded', withinMs = 150_000): Promise<void> {
    const missing = (): MadeTelling[] => {
      const answers = this.told.filter(({ type: one }) => type === 'any answer' || one === type);
      const told = new Set(
        answers.map(({ data }) => ('window' in data && 'revision' in data ? `${data.window.id} ${data.revision.collection_id}` : '')),
      );
      return tellings.filter(({ facts }) => !told.has(`${windowId(facts.window)} ${facts.revision.collectionId}`));
    };
    await this.until(
      () => missing().length === 0,
      () => `${missing().length} of ${tellings.length} windows have no ${type}`,
      withinMs,
    );
  }

  async until(holds: () => boolean | Promise<boolean>, otherwise: () => string, withinMs = 60_000): Promise<void> {
    await until(holds, withinMs, () => `${otherwise()}\n${this.outputs()}`);
  }

  /** The tables hold these tellings of the product and nothing else. */
  async expectStanding(tellings: readonly MadeTelling[]): Promise<void> {
    const sorted = [...tellings].sort((a, b) => a.facts.window.fromMs - b.facts.window.fromMs);
    expect(await this.database.candles(this.product)).toEqual(sorted.flatMap(rowsOf));
    const ledger = sorted.map(({ facts }) => ({
      window_id: windowId(facts.window),
      collection_id: facts.revision.collectionId,
      csv_sha256: facts.csvSha256,
      row_count: facts.rowCount,
      state: 'loaded',
    }));
    expect(await this.database.ledger(this.product)).toMatchObject(ledger);
  }

  outputs(): string {
    return this.processes.map(({ output }) => output.slice(-4_000)).join('\n---\n');
  }
}

/** A broker that has just made a topic may say for a moment that it does not lead it. */
async function onceTheyLead<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
