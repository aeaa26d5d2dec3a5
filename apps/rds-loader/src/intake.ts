import type { ConsumedRecord } from '@elias/kafka';
import type { FailedWindow } from './load-events.js';
import type { OfferedWindow } from './offered-window.js';

/** How all records of a window are put aside, where it has several. */
interface SeveralRecords {
  putAside?: (reason: string, cause: unknown) => Promise<void>;
}

/** A window whose bytes are sound. */
export interface OfferedIntake extends SeveralRecords {
  record: ConsumedRecord;
  kind: 'offered';
  window: OfferedWindow;
}

/** What a record turned out to be: a window whose bytes are sound, or one that is put aside. */
export type Intake = OfferedIntake | ({ record: ConsumedRecord; kind: 'refused' } & FailedWindow & SeveralRecords);
