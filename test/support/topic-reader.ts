import { randomBytes } from 'node:crypto';
import { decodeEvent } from '@elias/contracts';
import type { ControlEvent, EventType } from '@elias/contracts';
import { readRange } from '@elias/kafka';
import type { ConsumedRecord, KafkaClient } from '@elias/kafka';
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

export type EventOf<T extends EventType> = Extract<ControlEvent, { type: T }>;

/** Every record of a topic up to its end as it is now. */
export async function wholeTopic(client: KafkaClient, topic: string): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  const count = await client.partitionCount(topic);
  const partitions = Array.from({ length: count }, (_, partition) => ({ partition, from: 'earliest', to: 'latest' }));
  await readRange(client, { topic, partitions }, (some) => void records.push(...some));
  return records;
}

/** The events of a topic; a record that is none is a mistake of whoever wrote it. */
export function eventsOf(records: readonly Pick<ConsumedRecord, 'value' | 'headers'>[]): ControlEvent[] {
  return records.map((record) => {
    const decoded = decodeEvent(record);
    if (decoded.kind !== 'ok') throw new Error(`no event: ${decoded.reason} ${String(record.value)}`);
    return decoded.value;
  });
}

export interface LastRecord {
  value: Buffer | null;
  headers: Record<string, string>;
  offset: string;
}

/** What a consumer that nobody knew before has of each key when it has read a topic from its beginning, by kafkajs alone. */
export async function readByNewConsumer(brokers: string[], topic: string): Promise<Map<string, LastRecord>> {
  const kafka = new Kafka({ brokers, clientId: 'test-newcomer', logLevel: logLevel.NOTHING });
  const groupId = `test-newcomer-${randomBytes(6).toString('hex')}`;
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => [partition, { low, high }]));
  const left = new Set([...ends].filter(([, { low, high }]) => low !== high).map(([partition]) => partition));
  const last = new Map<string, LastRecord>();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    if (left.size === 0) return resolve();
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer
      .run({
        eachMessage: ({ partition, message: { key, value, headers = {}, offset } }) => {
          const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
          last.set(String(key), { value, headers: texts, offset });
          if (BigInt(offset) + 1n >= BigInt(ends.get(partition)!.high)) left.delete(partition);
          if (left.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
  await admin.disconnect();
  return last;
}
