import type { RecordMetadata } from 'kafkajs';
import { KafkaUnavailableError } from './kafka-errors.js';
import type { RecordPosition } from './record-producer.js';

/**
 * Positions of a call's records from the broker's answers. kafkajs resolves with `[]` where a partition is missing
 * from its metadata, so each partition must have exactly one answer, with error code 0 and a base offset.
 * @throws KafkaUnavailableError anything else; what was written is not known
 */
export function recordPositions(
  records: readonly { topic: string; partition: number }[],
  answers: readonly Partial<RecordMetadata>[],
): RecordPosition[] {
  const next = new Map<string, bigint>();
  for (const { topicName, partition, errorCode, baseOffset } of answers) {
    const name = `${topicName}[${partition}]`;
    const base = baseOffset === undefined ? -1n : BigInt(baseOffset);
    if (errorCode !== 0 || base < 0n) throw unanswered(`${name} answered error ${errorCode}, base offset ${baseOffset}`);
    if (next.has(name)) throw unanswered(`${name} answered twice`);
    next.set(name, base);
  }
  const expected = new Set(records.map(({ topic, partition }) => `${topic}[${partition}]`));
  if (next.size !== expected.size) throw unanswered(`${next.size} of ${expected.size} partitions answered`);
  return records.map(({ topic, partition }) => {
    const offset = next.get(`${topic}[${partition}]`);
    if (offset === undefined) throw unanswered(`${topic}[${partition}] did not answer`);
    next.set(`${topic}[${partition}]`, offset + 1n);
    return { topic, partition, offset: offset.toString() };
  });
}

function unanswered(detail: string): KafkaUnavailableError {
  return new KafkaUnavailableError('send', detail);
}
