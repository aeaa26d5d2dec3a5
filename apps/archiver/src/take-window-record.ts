import { checkWindowCsv } from '@elias/archive';
import type { DeadLetterReason, WindowFacts } from '@elias/contracts';
import { askedInHeader, decodeWindowFacts, SCHEMA_VERSION } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';

/** What of a bad record can still be told, so that whoever asked for its window learns of the failure. */
export interface PartialFacts {
  windowId: string;
  requestId: string | null;
  runId: string | null;
  revision: WindowFacts['revision'] | null;
}

/** What a record of the windows topic turned out to be. A null value withdraws the key and asks for nothing here. */
export type Intake =
  | { kind: 'window'; facts: WindowFacts; csv: Buffer }
  | { kind: 'tombstone' }
  | { kind: 'bad'; reason: DeadLetterReason; cause: unknown; told: PartialFacts };

/** Checks header, hash, count, columns and keys of one record. Never throws. */
export function takeWindowRecord(record: Pick<ConsumedRecord, 'key' | 'value' | 'headers'>): Intake {
  if (record.value === null) return { kind: 'tombstone' };
  const decoded = decodeWindowFacts(record);
  if (decoded.kind === 'dead-letter') {
    return { kind: 'bad', reason: decoded.reason, cause: decoded.cause, told: partialFacts(record) };
  }
  const facts = decoded.value;
  if (facts.schemaVersion !== SCHEMA_VERSION) {
    const cause = new RangeError(`schema version ${facts.schemaVersion} is not known here, only ${SCHEMA_VERSION}`);
    return { kind: 'bad', reason: 'wrong-shape', cause, told: allFacts(facts) };
  }
  const checked = checkWindowCsv(record.value, facts);
  if (checked.kind === 'dead-letter') return { kind: 'bad', reason: checked.reason, cause: checked.cause, told: allFacts(facts) };
  return { kind: 'window', facts, csv: record.value };
}

export function allFacts({ window, requestId, runId, revision }: WindowFacts): PartialFacts {
  return { windowId: windowId(window), requestId, runId, revision };
}

const WINDOW_ID_CHARACTERS_MAX = 200;

/** What a header that as a whole is wrong still tells; the window is the one that the record's key names. */
function partialFacts(record: Pick<ConsumedRecord, 'key' | 'headers'>): PartialFacts {
  return { windowId: (record.key ?? '').slice(0, WINDOW_ID_CHARACTERS_MAX), ...askedInHeader(record), revision: null };
}
