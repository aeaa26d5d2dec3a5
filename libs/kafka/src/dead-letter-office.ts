import type { Logger } from '@elias/telemetry';
import type { RawParts } from './consumed-record.js';
import { encodeDeadLetter } from './dead-letter.js';
import type { KafkaClient } from './kafka-client.js';
import { RecordRefusedError } from './kafka-errors.js';
import { partitionOf } from './partition-of.js';
import type { ConsumedRecord } from './record-batch.js';
import type { RecordProducer } from './record-producer.js';
import { attemptsBefore, isForOthers } from './redrive.js';

/** Where one group's unusable records go. */
export class DeadLetterOffice {
  constructor(
    private readonly parts: {
      client: KafkaClient;
      producer: RecordProducer;
      topic: string;
      group: string;
      onKept: (topic: string) => void;
      logger: Logger;
    },
  ) {}

  /** Whether a record was sent back for another group, which alone is to try it again. */
  isForOthers(record: ConsumedRecord): boolean {
    return isForOthers(record, this.parts.group);
  }

  /**
   * Resolves once the dead letter is durable. A value too large for the dead-letter topic stays at its origin, with
   * its size in the dead letter: the partition must go on.
   * @throws KafkaUnavailableError nothing was kept, or not for certain
   */
  async keep(record: ConsumedRecord, raw: RawParts | null, refusal: { reason: string; cause: unknown; attempts: number }): Promise<void> {
    const { client, producer, topic, group, onKept, logger } = this.parts;
    const why = { ...refusal, attempts: refusal.attempts + attemptsBefore(record) };
    const origin = { topic: record.topic, partition: record.partition, offset: record.offset, key: record.key };
    const letter = encodeDeadLetter(record, raw, { ...why, group }, { topic, partition: 0 });
    const target = { topic, partition: partitionOf(String(letter.key), await client.partitionCount(topic)) };
    try {
      await producer.sendRaw({ ...letter, ...target });
    } catch (error) {
      if (!(error instanceof RecordRefusedError) || record.value === null) throw error;
      logger.error({ ...origin, error }, 'dead letter is too large for its topic, its value stays at its origin');
      await producer.sendRaw(encodeDeadLetter(record, raw, { ...why, group, omitValue: true }, target));
    }
    onKept(record.topic);
    logger.warn({ ...origin, deadLetterTopic: topic, reason: why.reason, attempts: why.attempts, cause: why.cause }, 'record put aside');
  }
}
