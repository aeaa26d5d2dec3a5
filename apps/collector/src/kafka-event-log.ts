import type { EncodedRecord } from '@elias/contracts';
import { placeRecord } from '@elias/kafka';
import type { RecordProducer } from '@elias/kafka';
import type { EventLog } from './answer-request.js';

/** Windows and events on Kafka. */
export class KafkaEventLog implements EventLog {
  constructor(private readonly producer: RecordProducer) {}

  async send(records: readonly EncodedRecord[], signal: AbortSignal): Promise<void> {
    await this.producer.send(records.map(placeRecord), signal);
  }
}
