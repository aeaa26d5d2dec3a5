import { checkWindowCsv } from '@elias/archive';
import type { DeadLetterReason, WindowFacts } from '@elias/contracts';
import { decodeWindowFacts, SCHEMA_VERSION, WINDOW_HEADER, windowHeaderSchema } from '@elias/contracts';
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

/** Each id by itself, from a header that as a whole is wrong; the window is the one that the record's key names. */
function partialFacts({ key, headers }: Pick<ConsumedRecord, 'key' | 'headers'>): PartialFacts {
  const { request_id, run_id } = windowHeaderSchema.shape;
  let header: unknown;
  try {
    header = JSON.parse(headers[WINDOW_HEADER] ?? '');
  } catch {
    header = null;
  }
  const field = (name: 'request_id' | 'run_id'): unknown =>
    typeof header === 'object' && header !== null ? (header as Record<string, unknown>)[name] : undefined;
  const requestId = request_id.safeParse(field('request_id'));
  const runId = run_id.safeParse(field('run_id'));
  return {
    windowId: (key ?? '').slice(0, WINDOW_ID_CHARACTERS_MAX),
    requestId: requestId.success ? requestId.data : null,
    runId: runId.success ? runId.data : null,
    revision: null,
  };
}

const WINDOW_ID_CHARACTERS_MAX = 200;
