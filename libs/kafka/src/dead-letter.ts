import type { ConsumedRecord } from './record-batch.js';

/** A record kept aside, with its reason and origin. */
export interface DeadLetter {
  group: string;
  topic: string;
  partition: number;
  offset: string;
  reason: string;
  cause: string;
  attempts: number;
  key: string | null;
}

/** Reads a record of a dead-letter topic; `null` if it is none. */
export function decodeDeadLetter(record: ConsumedRecord): DeadLetter | null {
  throw new Error(`not built yet: ${record.topic}`);
}
