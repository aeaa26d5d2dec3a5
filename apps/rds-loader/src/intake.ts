import type { ConsumedRecord } from '@elias/kafka';
import type { FailedWindow } from './load-events.js';
import type { OfferedWindow } from './offered-window.js';

/** What a record turned out to be: a window whose bytes are sound, or one that is put aside. */
export type Intake =
  { record: ConsumedRecord; kind: 'offered'; window: OfferedWindow } | ({ record: ConsumedRecord; kind: 'refused' } & FailedWindow);
