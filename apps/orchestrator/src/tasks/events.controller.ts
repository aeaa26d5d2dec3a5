import { Controller, Inject } from '@nestjs/common';
import type { ControlEvent } from '@elias/contracts';
import { decodeEvent, TOPICS } from '@elias/contracts';
import { BatchHandler } from '@elias/kafka';
import type { RecordBatch } from '@elias/kafka';
import { RecordFacts } from './record-facts.js';

/** What the stages tell, from their three topics. */
@Controller()
export class EventsController {
  constructor(@Inject(RecordFacts) private readonly recordFacts: RecordFacts) {}

  @BatchHandler(TOPICS.collectionResults.name)
  results(batch: RecordBatch): Promise<void> {
    return this.record(batch);
  }

  @BatchHandler(TOPICS.archiveObjects.name)
  archives(batch: RecordBatch): Promise<void> {
    return this.record(batch);
  }

  @BatchHandler(TOPICS.loads.name)
  loads(batch: RecordBatch): Promise<void> {
    return this.record(batch);
  }

  private async record(batch: RecordBatch): Promise<void> {
    const events: ControlEvent[] = [];
    for (const record of batch.records) {
      const decoded = decodeEvent(record);
      if (decoded.kind === 'ok') events.push(decoded.value);
      else await batch.deadLetter(record, decoded.reason, decoded.cause);
    }
    await this.recordFacts.run(events);
  }
}
