import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin, Consumer, ConsumerConfig, Kafka } from 'kafkajs';
import type { Logger, Metrics } from '@elias/telemetry';
import type { KafkaConnection } from './kafka-connection.js';
import { kafkaError, KafkaUnavailableError } from './kafka-errors.js';
import { mendOutOfRange } from './out-of-range.js';
import { kafkajsLogs, mendRequestQueue } from './quiet-kafkajs.js';
import { RecordProducer } from './record-producer.js';
import { mendConnections } from './released-memory.js';

mendRequestQueue();
mendConnections();
mendOutOfRange();

export interface KafkaClientOptions {
  /** host:port */
  brokers: string[];
  /** how they are spoken to, as `kafkaConnection` reads it from the settings; default in the clear, by nobody */
  ssl?: KafkaConnection['ssl'];
  sasl?: KafkaConnection['sasl'];
  /** shown in the broker's logs, and part of the names of throw-away groups */
  clientId: string;
  logger: Logger;
  metrics?: Metrics;
}

/** Offsets of one partition: `low` is its first record's, `high` the next one to be written. */
export interface PartitionOffsets {
  partition: number;
  low: string;
  high: string;
}

/** What a group has committed for one partition; `null` if nothing yet. */
export interface CommittedOffset {
  topic: string;
  partition: number;
  offset: string | null;
}

const AUTHENTICATION_TIMEOUT_MS = 10_000;
/** Bounds of one call: about 10 s of trying, then the caller decides. Given in full, as kafkajs changes its defaults under NODE_ENV=test. */
const RETRY = { initialRetryTime: 200, maxRetryTime: 3_000, factor: 0.2, multiplier: 2, retries: 5 };

/** kafkajs disconnects once every request under way is answered, which a broker that stands still never does. */
const CLOSE_WITHIN_MS = 2_000;

/** One connection's worth of Kafka: producers, consumers, and questions to the cluster. Connects when first used. */
export class KafkaClient {
  private readonly kafka: Kafka;
  private readonly producers = new Set<RecordProducer>();
  private readonly partitionCounts = new Map<string, number>();
  private admin: Promise<Admin> | undefined;
  private lastQuestion: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(readonly options: KafkaClientOptions) {
    this.kafka = new kafkajs.Kafka({
      brokers: options.brokers,
      clientId: options.clientId,
      ...(options.ssl ? { ssl: options.ssl } : {}),
      ...(options.sasl ? { sasl: options.sasl, authenticationTimeout: AUTHENTICATION_TIMEOUT_MS } : {}),
      connectionTimeout: 3_000,
      requestTimeout: 30_000,
      retry: RETRY,
      logLevel: options.logger.isLevelEnabled('trace') ? kafkajs.logLevel.DEBUG : kafkajs.logLevel.WARN,
      logCreator: kafkajsLogs(options.logger),
    });
  }

  producer(): RecordProducer {
    // every record names its partition, so keys are never hashed by a count that may be stale
    const createPartitioner = () => (record: { message: { partition?: number } }) => record.message.partition ?? 0;
    const producer = new RecordProducer(
      this.kafka.producer({ idempotent: false, allowAutoTopicCreation: false, createPartitioner, retry: RETRY }),
      this.options.metrics,
    );
    this.producers.add(producer);
    return producer;
  }

  /** A bare kafkajs consumer, for this lib alone. */
  consumer(config: ConsumerConfig): Consumer {
    return this.kafka.consumer({ allowAutoTopicCreation: false, ...config });
  }

  /** First and next offset of each partition, by partition. @throws KafkaUnavailableError also while the topic does not exist */
  async endOffsets(topic: string): Promise<PartitionOffsets[]> {
    const offsets = await this.ask(`offsets of ${topic}`, (admin) => admin.fetchTopicOffsets(topic));
    if (offsets.length === 0) throw new KafkaUnavailableError(`offsets of ${topic}`, 'no partition answered');
    return offsets.map(({ partition, low, high }) => ({ partition, low, high })).sort((a, b) => a.partition - b.partition);
  }

  /**
   * Offset of each partition's first record of that time or later, by record time; where there is none, the next one to be written.
   * @param atMs milliseconds since the epoch
   * @throws KafkaUnavailableError
   */
  async offsetsAt(topic: string, atMs: number): Promise<{ partition: number; offset: string }[]> {
    const offsets = await this.ask(`offsets of ${topic} by time`, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, atMs));
    const expected = await this.partitionCount(topic);
    if (offsets.length !== expected)
      throw new KafkaUnavailableError(`offsets of ${topic} by time`, `${offsets.length} of ${expected} answered`);
    return offsets.map(({ partition, offset }) => ({ partition, offset })).sort((a, b) => a.partition - b.partition);
  }

  /** What a group has committed, one entry for each partition of the topics. @throws KafkaUnavailableError */
  async fetchOffsets(groupId: string, topics: string[]): Promise<CommittedOffset[]> {
    const operation = `committed offsets of ${groupId}`;
    const answers = await this.ask(operation, (admin) => admin.fetchOffsets({ groupId, topics }));
    for (const topic of topics) {
      // taken for "nothing committed", no answer would have the group read everything again
      const count = answers.find((answer) => answer.topic === topic)?.partitions.length ?? 0;
      const expected = await this.partitionCount(topic);
      if (count !== expected) throw new KafkaUnavailableError(operation, `${count} of ${expected} partitions of ${topic} answered`);
    }
    return answers.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) < 0n ? null : offset })),
    );
  }

  /** How many partitions a topic has; asked once, as counts never change within a topic version. @throws KafkaUnavailableError also while the topic does not exist */
  async partitionCount(topic: string): Promise<number> {
    const known = this.partitionCounts.get(topic);
    if (known !== undefined) return known;
    const { topics } = await this.ask(`partitions of ${topic}`, (admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    const count = topics[0]?.partitions.length ?? 0;
    if (count === 0) throw new KafkaUnavailableError(`partitions of ${topic}`, 'it has none');
    this.partitionCounts.set(topic, count);
    return count;
  }

  /**
   * Asks the cluster something over the shared admin connection, which is renewed after a failure. One question at a
   * time: kafkajs keeps the metadata of the last question's topics only, and another question would then find none.
   * @throws KafkaUnavailableError, KafkaForbiddenError
   */
  ask<T>(operation: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    const answer = this.lastQuestion.then(() => this.askNow(operation, question));
    this.lastQuestion = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the connections of producers and questions, or leaves them after 2 s; consumers are closed by who runs them. */
  async close(): Promise<void> {
    this.closed = true;
    const admin = this.admin;
    this.admin = undefined;
    const ends = [...this.producers].map((producer) => producer.disconnect());
    if (admin !== undefined) ends.push(admin.then((connected) => connected.disconnect()));
    this.producers.clear();
    await Promise.race([Promise.allSettled(ends), sleep(CLOSE_WITHIN_MS, undefined, { ref: false })]);
  }

  private async askNow<T>(operation: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    if (this.closed) throw new KafkaUnavailableError(operation, 'the client is closed');
    const connecting = (this.admin ??= this.connectAdmin());
    try {
      return await question(await connecting);
    } catch (error) {
      this.admin = undefined;
      void connecting.then((admin) => admin.disconnect()).catch(() => undefined);
      throw kafkaError(operation, error);
    }
  }

  private async connectAdmin(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: RETRY });
    await admin.connect();
    return admin;
  }
}
