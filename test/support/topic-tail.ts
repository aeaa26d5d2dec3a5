import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';

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
  const admin = new KafkaConnection({ brokers, clientId: 'test-skip', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  for (const topic of topics) {
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.setOffsets({ groupId, topic, partitions: ends.map(({ partition, high }) => ({ partition, offset: high })) });
  }
  await admin.disconnect();
}
