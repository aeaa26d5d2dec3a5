import { randomBytes } from 'node:crypto';
import { deadLetterTopic, decodeEvent, TOPICS } from '@elias/contracts';
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
import { skipToEnd, TopicTail } from './topic-tail.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const SOURCE_TOPICS = [TOPICS.windowsCandles.name, TOPICS.archiveObjects.name];

/**
 * rds-loaders as processes against the running stack, with a database, a consumer group and a product of their own, so that tests never
 * meet. The group begins at the present end of its topics.
 */
export class RdsLoaderScene {
  readonly product = `L${randomBytes(5).toString('hex').toUpperCase()}-USD`;
  readonly group = `test-rds-loader-${randomBytes(5).toString('hex')}`;
  readonly prefix = `test/${this.product}`;
  private readonly processes: ServiceProcess[] = [];
  private readonly kafka = new KafkaClient({ ...testStack().kafka, clientId: 'test-rds-loader', logger });
  private tail!: TopicTail;

  private constructor(readonly database: LoaderDatabase) {}

  static async open(): Promise<RdsLoaderScene> {
    const scene = new RdsLoaderScene(await LoaderDatabase.create());
    const deadLetters = deadLetterTopic(scene.group);
    await ensureTopics(scene.kafka, [TOPICS.windowsCandles, TOPICS.archiveObjects, TOPICS.loads, deadLetters]);
    const { brokers } = testStack().kafka;
    scene.tail = await TopicTail.of(brokers, [TOPICS.loads.name, deadLetters.name]);
    await skipToEnd(brokers, scene.group, SOURCE_TOPICS);
    return scene;
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.end()));
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

  /** Answers for this scene's product, in the order in which they came. */
  get told(): ControlEvent[] {
    return this.tail.records.flatMap((record) => {
      if (record.topic !== TOPICS.loads.name || !(record.key ?? '').includes(this.product)) return [];
      const decoded = decodeEvent(record);
      return decoded.kind === 'ok' ? [decoded.value] : [];
    });
  }

  get deadLetters(): TopicTail['records'] {
    return this.tail.records.filter(({ topic }) => topic === deadLetterTopic(this.group).name);
  }

  /** Waits until each of the tellings was answered by an event of the type. */
  async answered(tellings: readonly MadeTelling[], type: 'rds.loaded' | 'rds.superseded' = 'rds.loaded', withinMs = 90_000): Promise<void> {
    const missing = (): MadeTelling[] => {
      const told = new Set(
        this.told.flatMap(({ type: one, data }) => (one === type ? [`${data.window.id} ${data.revision.collection_id}`] : [])),
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
