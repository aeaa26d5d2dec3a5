import { Controller, Inject } from '@nestjs/common';
import type { ControlEvent } from '@elias/contracts';
import { decodeEvent, TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { NoteEvents } from './note-events.js';

/** What was loaded, and what of ours was refused. */
@Controller()
export class EventsController {
  constructor(@Inject(NoteEvents) private readonly noteEvents: NoteEvents) {}

  @BatchHandler(TOPICS.loads.name)
  loads(batch: RecordBatch): Promise<void> {
    return this.note(batch);
  }

  @BatchHandler(TOPICS.archiveObjects.name)
  archives(batch: RecordBatch): Promise<void> {
    return this.note(batch);
  }

  private async note(batch: RecordBatch): Promise<void> {
    const events: ControlEvent[] = [];
    for (const record of batch.records) {
      const decoded = decodeEvent(record);
      if (decoded.kind === 'ok') events.push(decoded.value);
      else await batch.deadLetter(record, decoded.reason, decoded.cause);
    }
    await this.noteEvents.run(events);
  }
}
