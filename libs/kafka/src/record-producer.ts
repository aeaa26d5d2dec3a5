import type { Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import type { Metrics } from '@elias/telemetry';
import { kafkaError, KafkaUnavailableError } from './kafka-errors.js';
import { recordPositions } from './record-positions.js';
import { splitSends } from './split-sends.js';

export interface OutgoingRecord {
  topic: string;
  key: string | null;
  /** chosen by the caller, see `partitionOf` */
  partition: number;
  value: Buffer | string | null;
  headers?: Record<string, string>;
}

/** As `OutgoingRecord`, with bytes that need not be text: what a dead letter is made of. */
export interface RawRecord extends Omit<OutgoingRecord, 'key' | 'headers'> {
  key: Buffer | string | null;
  headers: Record<string, Buffer | string | (Buffer | string)[]>;
}

export interface RecordPosition {
  topic: string;
  partition: number;
  offset: string;
}

/**
 * Writes records with acks -1 and without idempotence: kafkajs's idempotent producer can lose data on a retry, while
 * doubles and order do no harm on Elias's topics. Sends of one caller follow each other; several callers may send at once.
 */
export class RecordProducer {
  private connecting: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly producer: Producer,
    private readonly metrics?: Metrics,
  ) {}

  /** Not needed before `send`, which connects when first used. @throws KafkaUnavailableError */
  async connect(): Promise<void> {
    if (this.closed) throw new KafkaUnavailableError('connecting a producer', 'it is disconnected');
    this.connecting ??= this.producer.connect();
    try {
      await this.connecting;
    } catch (error) {
      this.connecting = undefined;
      throw kafkaError('connecting a producer', error);
    }
  }

  /**
   * Resolves with one position per record, in order, once every one is durable.
   * @param signal stops between calls and no longer waits for the one in flight, whose records may still become durable
   * @throws KafkaUnavailableError some records may be durable; sending all of them again is right
   * @throws RecordRefusedError one of the records is too large or malformed
   */
  async send(records: OutgoingRecord[], signal?: AbortSignal): Promise<RecordPosition[]> {
    signal?.throwIfAborted();
    const positions: RecordPosition[] = [];
    for (const part of splitSends(records)) {
      signal?.throwIfAborted();
      for (const position of await unlessAborted(this.sendPart(part), signal)) positions.push(position);
    }
    return positions;
  }

  /** One record as it is, headers and all. @param signal as `send` has it */
  async sendRaw(record: RawRecord, signal?: AbortSignal): Promise<RecordPosition> {
    signal?.throwIfAborted();
    const [position] = await unlessAborted(this.sendPart([record]), signal);
    if (position === undefined) throw new KafkaUnavailableError(`send to ${record.topic}`, 'no position');
    return position;
  }

  /** For good. */
  async disconnect(): Promise<void> {
    this.closed = true;
    await this.producer.disconnect();
  }

  private async sendPart(records: readonly (OutgoingRecord | RawRecord)[]): Promise<RecordPosition[]> {
    const topicMessages = byTopic(records);
    const topics = topicMessages.map(({ topic }) => topic);
    let answers: RecordMetadata[];
    try {
      await this.connect();
      answers = await this.producer.sendBatch({ acks: -1, timeout: 30_000, topicMessages });
    } catch (error) {
      throw kafkaError(`send to ${topics.join(', ')}`, error, topics);
    }
    const positions = recordPositions(records, answers);
    this.count(topicMessages);
    return positions;
  }

  private count(topicMessages: readonly TopicMessages[]): void {
    const records = this.metrics?.counter('elias_kafka_produced_records_total', 'records that Kafka acknowledged', ['topic']);
    const bytes = this.metrics?.counter('elias_kafka_produced_bytes_total', 'bytes of the values of those records', ['topic']);
    for (const { topic, messages } of topicMessages) {
      records?.inc({ topic }, messages.length);
      bytes?.inc(
        { topic },
        messages.reduce((sum, { value }) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0),
      );
    }
  }
}

function byTopic(records: readonly (OutgoingRecord | RawRecord)[]): TopicMessages[] {
  const topics = new Map<string, TopicMessages>();
  for (const { topic, key, partition, value, headers } of records) {
    const entry = topics.get(topic) ?? { topic, messages: [] };
    entry.messages.push({ key, partition, value, ...(headers === undefined ? {} : { headers }) });
    topics.set(topic, entry);
  }
  return [...topics.values()];
}

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
