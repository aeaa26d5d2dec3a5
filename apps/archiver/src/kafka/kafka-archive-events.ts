import type { EncodedRecord } from '@elias/contracts';
import type { RecordProducer } from '@elias/kafka';
import { placeRecord } from '@elias/kafka';
import { durableStep } from '@elias/telemetry';
import type { ArchiveEvents } from '../archive-events.js';

/** Answers on their topic, all of a batch in one send. */
export class KafkaArchiveEvents implements ArchiveEvents {
  constructor(private readonly producer: RecordProducer) {}

  async announce(events: EncodedRecord[], signal: AbortSignal): Promise<void> {
    await durableStep('archiver.announce', () => this.producer.send(events.map(placeRecord), signal));
  }
}
