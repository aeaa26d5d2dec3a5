import type { EncodedRecord } from '@elias/contracts';
import { placeRecord } from '@elias/kafka';
import { durableStep } from '@elias/telemetry';
import type { RecordProducer } from '@elias/kafka';
import type { LoadEvents } from './load-batch.js';

/** Answers as records of `elias.loads.v1`. */
export class KafkaLoadEvents implements LoadEvents {
  constructor(private readonly producer: RecordProducer) {}

  async send(events: readonly EncodedRecord[], signal: AbortSignal): Promise<void> {
    if (events.length > 0) await durableStep('rds-loader.announce', () => this.producer.send(events.map(placeRecord), signal));
  }
}
