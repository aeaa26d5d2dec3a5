import { createHash, randomBytes } from 'node:crypto';
import { archiveKey, checksumListKey, parseChecksumList } from '@elias/archive';
import { deadLetterTopic, decodeEvent, encodeWindowRecord, TOPICS, WINDOW_TOPICS } from '@elias/contracts';
import type { ControlEvent } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import type { OutgoingRecord, RecordPosition } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import { ObjectStore } from '@elias/object-store';
import { createLogger } from '@elias/telemetry';
import { madeWindow } from './made-window.js';
import type { MadeWindow, WindowWish } from './made-window.js';
import { ServiceProcess, until } from './service-process.js';
import { testStack } from './stack.js';
import { skipToEnd, TopicTail } from './topic-tail.js';

export type Sealed = Extract<ControlEvent, { type: 'archive.sealed' }>['data'];
export type Failed = Extract<ControlEvent, { type: 'archive.failed' }>['data'];

/**
 * Archivers as processes against the running stack, with a consumer group, a folder in the bucket and a product of their own, so that
 * tests never meet. Group and folder begin empty.
 */
export class ArchiverScene {
  readonly product = `T${randomBytes(5).toString('hex').toUpperCase()}-USD`;
  readonly prefix = `test/${this.product}`;
  readonly store: ObjectStore;
  private readonly processes: ServiceProcess[] = [];
  private readonly kafka: KafkaClient;

  private constructor(private readonly tail: TopicTail) {
    const { kafka, s3 } = testStack();
    this.kafka = new KafkaClient({ ...kafka, clientId: 'test-archiver', logger: createLogger({ app: 'test', level: 'silent' }) });
    const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
    this.store = new ObjectStore({ region: s3.region, endpoint: s3.endpoint, bucket: s3.bucket, credentials });
  }

  /** @param groups names of the groups whose dead letters are to be seen */
  static async open(...groups: string[]): Promise<ArchiverScene> {
    const { kafka } = testStack();
    const client = new KafkaClient({ ...kafka, clientId: 'test-topics', logger: createLogger({ app: 'test', level: 'silent' }) });
    const deadLetters = groups.map(deadLetterTopic);
    await ensureTopics(client, [...WINDOW_TOPICS, TOPICS.archiveObjects, ...deadLetters]);
    await client.close();
    const scene = new ArchiverScene(
      await TopicTail.of(kafka.brokers, [TOPICS.archiveObjects.name, ...deadLetters.map(({ name }) => name)]),
    );
    await scene.store.ensureBucket();
    for (const group of groups)
      await skipToEnd(
        kafka.brokers,
        group,
        WINDOW_TOPICS.map(({ name }) => name),
      );
    return scene;
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.end()));
    await this.tail.close();
    await this.kafka.close();
    await this.store.delete(await this.keys());
    this.store.close();
  }

  start(group: string, settings: Record<string, string> = {}): ServiceProcess {
    const { kafka, s3 } = testStack();
    const archiver = new ServiceProcess('archiver', {
      KAFKA_BROKERS: kafka.brokers.join(','),
      AWS_REGION: s3.region,
      S3_ENDPOINT: s3.endpoint,
      AWS_ACCESS_KEY_ID: s3.access_key_id,
      AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
      ARCHIVE_BUCKET: s3.bucket,
      ARCHIVE_PREFIX: this.prefix,
      ARCHIVER_GROUP: group,
      ...settings,
    });
    this.processes.push(archiver);
    return archiver;
  }

  window(wish: WindowWish = {}): MadeWindow {
    return madeWindow({ productId: this.product, ...wish });
  }

  days(count: number, wish: WindowWish = {}): MadeWindow[] {
    return Array.from({ length: count }, (_, day) => this.window({ at: new Date(Date.UTC(2023, 0, 1 + day)).toISOString(), ...wish }));
  }

  record({ facts, csv }: MadeWindow): OutgoingRecord {
    return placeRecord(encodeWindowRecord(facts, csv, 'test'));
  }

  async publish(records: OutgoingRecord[]): Promise<RecordPosition[]> {
    return this.kafka.producer().send(records);
  }

  /** Answers for this scene's product, in the order in which they came. */
  get answers(): { sealed: Sealed[]; failed: Failed[] } {
    const events = this.tail.records.flatMap((record) => {
      const decoded = record.topic === TOPICS.archiveObjects.name ? decodeEvent(record) : undefined;
      return decoded?.kind === 'ok' ? [decoded.value] : [];
    });
    return {
      sealed: events.flatMap(({ type, data }) => (type === 'archive.sealed' && data.archive.key.startsWith(this.prefix) ? [data] : [])),
      failed: events.flatMap(({ type, data }) => (type === 'archive.failed' && data.window_id.includes(this.product) ? [data] : [])),
    };
  }

  /** Windows that were announced as sealed in another folder than this scene's. */
  sealedIn(prefix: string): Sealed[] {
    return this.tail.records.flatMap((record) => {
      const decoded = record.topic === TOPICS.archiveObjects.name ? decodeEvent(record) : undefined;
      const event = decoded?.kind === 'ok' && decoded.value.type === 'archive.sealed' ? decoded.value.data : undefined;
      return event?.archive.key.startsWith(`${prefix}/`) === true ? [event] : [];
    });
  }

  /** Dead letters of the groups for this scene's product. */
  get deadLetters(): TopicTail['records'] {
    return this.tail.records.filter(
      ({ topic, headers }) => topic !== TOPICS.archiveObjects.name && JSON.stringify(headers).includes(this.product),
    );
  }

  /** Waits until each of the windows was announced as sealed. */
  async sealed(windows: readonly MadeWindow[], withinMs = 60_000): Promise<void> {
    const missing = (): MadeWindow[] => {
      const told = new Set(this.answers.sealed.map(({ window, revision }) => `${window.id} ${revision.collection_id}`));
      return windows.filter(({ facts }) => !told.has(`${windowId(facts.window)} ${facts.revision.collectionId}`));
    };
    await until(
      () => missing().length === 0,
      withinMs,
      () => `${missing().length} of ${windows.length} windows are not announced\n${this.outputs()}`,
    );
  }

  keyOf({ facts }: MadeWindow): string {
    return archiveKey(this.prefix, facts.window, facts.revision, facts.csvSha256);
  }

  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(`${this.prefix}/`)) keys.push(key);
    return keys;
  }

  /** Each folder's list names exactly the archives that lie in it, with their hashes. */
  async checksumsAreRight(windows: readonly MadeWindow[]): Promise<void> {
    const lists = new Set(windows.map(({ facts }) => checksumListKey(this.prefix, facts.window)));
    const folders = [...lists].map((list) => list.slice(0, list.lastIndexOf('/')));
    const zips = new Map<string, string>();
    for (const key of await this.keys()) {
      if (!key.endsWith('.zip') || !folders.includes(key.slice(0, key.lastIndexOf('/')))) continue;
      zips.set(
        key,
        createHash('sha256')
          .update(await this.store.get(key))
          .digest('hex'),
      );
    }
    const listed = new Map<string, string>();
    for (const list of lists) {
      const folder = list.slice(0, list.lastIndexOf('/'));
      for (const { name, sha256 } of parseChecksumList((await this.store.get(list)).toString())) listed.set(`${folder}/${name}`, sha256);
    }
    expect(Object.fromEntries([...listed].sort())).toEqual(Object.fromEntries([...zips].sort()));
  }

  outputs(): string {
    return this.processes.map(({ output }) => output.slice(-4_000)).join('\n---\n');
  }
}
