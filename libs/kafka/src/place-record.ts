import type { EncodedRecord } from '@elias/contracts';
import { partitionOf } from './partition-of.js';
import type { OutgoingRecord } from './record-producer.js';

/** An encoded event or window on its partition, as every producer and the topic's table agree on. */
export function placeRecord({ topic, key, partitionBy, value, headers }: EncodedRecord): OutgoingRecord {
  const bytes = typeof value === 'string' ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { topic: topic.name, key, partition: partitionOf(partitionBy, topic.partitions), value: bytes, headers };
}
