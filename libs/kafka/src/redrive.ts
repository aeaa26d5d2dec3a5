import type { DeadLetter } from './dead-letter.js';
import { originalHeaders } from './dead-letter.js';
import type { ConsumedRecord } from './record-batch.js';
import type { OutgoingRecord } from './record-producer.js';

const GROUP = 'elias_redrive_group';
const ATTEMPTS = 'elias_redrive_attempts';

/**
 * A record that was put aside, as it goes back to where it came from: for the one group that could not process it, every other one passes
 * it by. It knows how often it was tried, so that whoever sends it back can see that it goes round.
 * @param record of the dead-letter topic
 * @param value the original's, which the record itself has unless it was too large
 */
export function redrivenRecord(letter: DeadLetter, record: Pick<ConsumedRecord, 'headers'>, value: Buffer | null): OutgoingRecord {
  const { topic, partition, key, group, attempts } = letter;
  return { topic, partition, key, value, headers: { ...originalHeaders(record), [GROUP]: group, [ATTEMPTS]: String(attempts) } };
}

/** Whether a record was sent back for another group. */
export function isForOthers(record: Pick<ConsumedRecord, 'headers'>, group: string): boolean {
  return (record.headers[GROUP] ?? group) !== group;
}

/** How often a record was tried before it was sent back; 0 for one that never was. */
export function attemptsBefore(record: Pick<ConsumedRecord, 'headers'>): number {
  const attempts = Number(record.headers[ATTEMPTS] ?? 0);
  return Number.isSafeInteger(attempts) && attempts > 0 ? attempts : 0;
}
