import { Controller, Inject } from '@nestjs/common';
import { decodeEvent, TOPICS } from '@elias/contracts';
import { BatchHandler } from '@elias/kafka';
import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import { LoadQueue } from './load-queue.js';
import { revokedEvent, sealedEvent } from './owed-event.js';
import type { Owed, OwedEvent } from './owed-event.js';

/** What the archiver tells. Archives wait here for the next load, so a record is done long after its handler. */
@Controller()
export class ArchiveObjectsController {
  constructor(@Inject(LoadQueue) private readonly queue: LoadQueue) {}

  @BatchHandler(TOPICS.archiveObjects.name)
  async objects(batch: RecordBatch): Promise<void> {
    const events: OwedEvent[] = [];
    const others: ConsumedRecord[] = [];
    for (const record of batch.records) {
      const decoded = decodeEvent(record);
      if (decoded.kind !== 'ok') await batch.deadLetter(record, decoded.reason, decoded.cause);
      else if (decoded.value.type === 'archive.sealed') events.push(sealedEvent(decoded.value.data, owedRecord(batch, record)));
      else if (decoded.value.type === 'archive.revoked') events.push(revokedEvent(decoded.value.data, owedRecord(batch, record)));
      else others.push(record);
    }
    // nothing is queued or done before every dead letter is durable: until then the same records may come again
    for (const record of others) batch.done(record);
    this.queue.add(events);
    await this.queue.room(batch.signal);
  }
}

function owedRecord(batch: RecordBatch, record: ConsumedRecord): Owed {
  return {
    isOwed: () => batch.isCurrent() && !batch.signal.aborted,
    done: () => batch.done(record),
    putAside: (reason, cause) => batch.deadLetter(record, reason, cause),
  };
}
