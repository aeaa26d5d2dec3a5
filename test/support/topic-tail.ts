import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin, Consumer, Kafka, KafkaMessage } from 'kafkajs';

const { Kafka: KafkaConnection, logLevel } = kafkajs;

export interface TailedRecord {
  topic: string;
  partition: number;
  offset: string;
  key: string | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

/** What comes onto topics from now on, read by kafkajs itself, so that tests do not rest on what they test. */
export class TopicTail {
  readonly records: TailedRecord[] = [];
  private constructor(
    private readonly kafka: Kafka,
    private readonly consumer: Consumer,
    private readonly groupId: string,
  ) {}

  static async of(brokers: string[], topics: string[]): Promise<TopicTail> {
    const kafka = new KafkaConnection({ brokers, clientId: 'test-tail', logLevel: logLevel.NOTHING });
    const groupId = `test-tail-${randomBytes(6).toString('hex')}`;
    await skipToEnd(brokers, groupId, topics);
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    const tail = new TopicTail(kafka, consumer, groupId);
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({ eachMessage: ({ topic, partition, message }) => Promise.resolve(tail.keep(topic, partition, message)) });
    return tail;
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.deleteGroups([this.groupId]).catch(() => undefined);
    await admin.disconnect();
  }

  private keep(topic: string, partition: number, { offset, key, value, headers = {} }: KafkaMessage): void {
    const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
    this.records.push({ topic, partition, offset, key: key?.toString() ?? null, value, headers: texts });
  }
}

/** Lets a group begin at the present end of topics, so that a test does not meet what others wrote before. */
export async function skipToEnd(brokers: string[], groupId: string, topics: string[]): Promise<void> {
  const kafka = new KafkaConnection({ brokers, clientId: 'test-skip', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await Promise.all(topics.map(async (topic) => ({ topic, partitions: await endsOf(admin, topic) })));
  await admin.disconnect();
  await setOffsets(
    kafka,
    groupId,
    ends.flatMap(({ topic, partitions }) => partitions.map(({ partition, high }) => ({ topic, partition, offset: high }))),
  );
}

/** A topic that was made a moment ago has no leader yet, or the client still knows none. */
async function endsOf(admin: Admin, topic: string): Promise<Awaited<ReturnType<Admin['fetchTopicOffsets']>>> {
  for (const deadline = performance.now() + 30_000; ; await sleep(200)) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSError && error.retriable) || performance.now() > deadline) throw error;
    }
  }
}

/** Lets a group begin where another one's commits stand. */
export async function copyOffsets(brokers: string[], from: string, to: string, topic: string): Promise<void> {
  const kafka = new KafkaConnection({ brokers, clientId: 'test-copy', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const committed = await admin.fetchOffsets({ groupId: from, topics: [topic] });
  await admin.disconnect();
  await setOffsets(
    kafka,
    to,
    committed.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => ({ topic, partition, offset }))),
  );
}

/**
 * The group is joined once for all topics: kafkajs's own way of setting offsets joins it for each, 5 s every time. A new broker has no
 * coordinator at first; kafkajs would then begin the consumer anew by itself, even after it was told to disconnect, and the group would
 * keep a member that nobody knows.
 */
async function setOffsets(kafka: Kafka, groupId: string, offsets: { topic: string; partition: number; offset: string }[]): Promise<void> {
  for (const deadline = performance.now() + 30_000; ; await sleep(200)) {
    try {
      return await setOffsetsOnce(kafka, groupId, offsets);
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSError && error.retriable) || performance.now() > deadline) throw error;
    }
  }
}

async function setOffsetsOnce(
  kafka: Kafka,
  groupId: string,
  offsets: { topic: string; partition: number; offset: string }[],
): Promise<void> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, retry: { restartOnFailure: () => Promise.resolve(false) } });
  const joined = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  });
  // it is told by `run` or `joined`, whichever comes first
  joined.catch(() => undefined);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(offsets.map(({ topic }) => topic))] });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
    await joined;
    await consumer.commitOffsets(offsets);
  } finally {
    // A member left behind would keep its partitions from whoever the group is for.
    await consumer.disconnect();
  }
}
