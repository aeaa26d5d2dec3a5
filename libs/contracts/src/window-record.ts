import type { Coverage, Revision, Window } from '@elias/market-data';
import { isDayDataset, windowId } from '@elias/market-data';
import { z } from 'zod';
import { cloudEventHeaders } from './cloud-event.js';
import type { EncodedRecord } from './control-events.js';
import { originSchema } from './control-events.js';
import type { Origin } from './control-events.js';
import type { Outcome } from './outcome.js';
import { deadLetter, ok } from './outcome.js';
import { windowTopic } from './topics.js';
import { coverageFromWire, coverageSchema, coverageToWire, idSchema, revisionFromWire, revisionSchema, revisionToWire } from './wire.js';
import { SCHEMA_VERSION, sha256Schema, windowFromWire, windowSchema, windowToWire } from './wire.js';

/** Name of the Kafka header that tells what a window record holds. */
export const WINDOW_HEADER = 'elias_window';

/** Most parts of a window: so many parts of 1 MiB hold some 70 million trades. */
export const PARTS_MAX = 4_096;

/** The `elias_window` header. Its counts and hash are of the record's value, the CSV. */
export const windowHeaderSchema = z.object({
  schema_version: z.int().min(1),
  window: windowSchema,
  revision: revisionSchema,
  row_count: z.int().min(0),
  coverage: coverageSchema,
  csv_sha256: sha256Schema,
  request_id: idSchema,
  run_id: idSchema,
  origin: originSchema,
  part: z.int().min(0).optional().describe('which part of the window the record holds, from 0; of trades alone'),
  parts: z.int().min(1).max(PARTS_MAX).optional().describe('how many parts the window has; row_count and csv_sha256 are of the whole'),
});
export type WireWindowHeader = z.infer<typeof windowHeaderSchema>;

/** What travels with a window's CSV. */
export interface WindowFacts {
  readonly schemaVersion: number;
  readonly window: Window;
  readonly revision: Revision;
  readonly rowCount: number;
  readonly coverage: Coverage;
  readonly csvSha256: string;
  readonly requestId: string;
  readonly runId: string;
  readonly origin: Origin;
}

/** One record of a window that comes in several: parts follow each other without a gap, the first begins with the header line. */
export interface WindowPart {
  /** from 0 */
  readonly part: number;
  readonly parts: number;
}

export function windowFactsToWire(facts: WindowFacts): WireWindowHeader {
  return {
    schema_version: facts.schemaVersion,
    window: windowToWire(facts.window),
    revision: revisionToWire(facts.revision),
    row_count: facts.rowCount,
    coverage: coverageToWire(facts.coverage),
    csv_sha256: facts.csvSha256,
    request_id: facts.requestId,
    run_id: facts.runId,
    origin: facts.origin,
  };
}

/** A window as one Kafka record: partition by product, so that a product's windows stay in order. */
export function encodeWindowRecord(facts: Omit<WindowFacts, 'schemaVersion'>, csv: Uint8Array, source: string): EncodedRecord {
  const id = windowId(facts.window);
  const headers = cloudEventHeaders({
    type: 'window.collected',
    source,
    subject: id,
    recordKey: id,
    telling: facts.revision.collectionId,
    contentType: 'text/csv',
  });
  const header = JSON.stringify(windowFactsToWire({ ...facts, schemaVersion: SCHEMA_VERSION }));
  return {
    topic: windowTopic(facts.window.dataset),
    key: id,
    partitionBy: facts.window.productId,
    value: csv,
    headers: { ...headers, [WINDOW_HEADER]: header },
  };
}

/** One part of a window as a Kafka record. All parts of a window lie in one partition. */
export function encodeWindowPart(
  facts: Omit<WindowFacts, 'schemaVersion'>,
  { part, parts }: WindowPart,
  csv: Uint8Array,
  source: string,
): EncodedRecord {
  const id = windowId(facts.window);
  const key = partKey(id, part);
  const headers = cloudEventHeaders({
    type: 'window.collected',
    source,
    subject: id,
    recordKey: key,
    telling: facts.revision.collectionId,
    contentType: 'text/csv',
  });
  const header = JSON.stringify({ ...windowFactsToWire({ ...facts, schemaVersion: SCHEMA_VERSION }), part, parts });
  const topic = windowTopic(facts.window.dataset);
  return { topic, key, partitionBy: facts.window.productId, value: csv, headers: { ...headers, [WINDOW_HEADER]: header } };
}

const partKey = (id: string, part: number): string => `${id}#${part}`;

/** Reads the `elias_window` header of a part; what `decodeWindowFacts` says of the value goes for it too. */
export function decodeWindowPart(record: { key?: string | null; headers: Record<string, string> }): Outcome<WindowFacts & WindowPart> {
  const decoded = decodeHeader(record);
  if (decoded.kind !== 'ok') return decoded;
  const { facts, wire } = decoded.value;
  const { part, parts } = wire;
  if (part === undefined || parts === undefined || part >= parts) return wrongShape('it does not say which part of how many it is');
  const problem = factsProblem(facts, record.key, partKey(windowId(facts.window), part));
  return problem === null ? ok({ ...facts, part, parts }) : wrongShape(problem);
}

/**
 * Reads the `elias_window` header. The value is not looked at: its hash and rows are checked by `checkWindowCsv` of `@elias/archive`.
 * @param record its key, when given, must name the header's window
 */
export function decodeWindowFacts(record: { key?: string | null; headers: Record<string, string> }): Outcome<WindowFacts> {
  const decoded = decodeHeader(record);
  if (decoded.kind !== 'ok') return decoded;
  const { facts, wire } = decoded.value;
  if (wire.part !== undefined || wire.parts !== undefined) return wrongShape(`${windowId(facts.window)} does not come in parts`);
  const problem = factsProblem(facts, record.key, windowId(facts.window));
  return problem === null ? ok(facts) : wrongShape(problem);
}

function decodeHeader(record: { headers: Record<string, string> }): Outcome<{ facts: WindowFacts; wire: WireWindowHeader }> {
  let json: unknown;
  try {
    json = JSON.parse(record.headers[WINDOW_HEADER] ?? '');
  } catch (cause) {
    return deadLetter('not-json', new Error(`the header ${WINDOW_HEADER} is missing or no JSON`, { cause }));
  }
  const parsed = windowHeaderSchema.safeParse(json);
  if (!parsed.success) return deadLetter('wrong-shape', parsed.error);
  try {
    return ok({ facts: windowFactsFromWire(parsed.data), wire: parsed.data });
  } catch (cause) {
    return deadLetter('wrong-shape', cause);
  }
}

const wrongShape = (problem: string): Outcome<never> => deadLetter('wrong-shape', new RangeError(problem));

/** Who asked for a window whose header is wrong as a whole: each id by itself, null where it cannot be told. */
export function askedInHeader(record: { headers: Record<string, string> }): { requestId: string | null; runId: string | null } {
  let header: unknown;
  try {
    header = JSON.parse(record.headers[WINDOW_HEADER] ?? '');
  } catch {
    header = null;
  }
  const asked = z.object({ request_id: idSchema.nullable().catch(null), run_id: idSchema.nullable().catch(null) }).safeParse(header);
  return { requestId: asked.data?.request_id ?? null, runId: asked.data?.run_id ?? null };
}

/** @throws RangeError when the coverage cannot be the window's */
export function windowFactsFromWire(wire: WireWindowHeader): WindowFacts {
  const window = windowFromWire(wire.window);
  return {
    schemaVersion: wire.schema_version,
    window,
    revision: revisionFromWire(wire.revision),
    rowCount: wire.row_count,
    coverage: coverageFromWire(window, wire.coverage),
    csvSha256: wire.csv_sha256,
    requestId: wire.request_id,
    runId: wire.run_id,
    origin: wire.origin,
  };
}

/** Why a window cannot have as many rows, or null: each candle or trade that is present has one; a day of stats has as many as there are. */
export function rowCountProblem(window: Window, coverage: Coverage, rowCount: number): string | null {
  if (isDayDataset(window.dataset) || rowCount === coverage.present) return null;
  return `${rowCount} rows for ${coverage.present} that are present`;
}

function factsProblem(
  { window, revision, coverage, rowCount }: WindowFacts,
  key: string | null | undefined,
  expectedKey: string,
): string | null {
  if (key !== undefined && key !== expectedKey) return `the record's key is not ${expectedKey}`;
  if (revision.unknown !== coverage.unknown || revision.open !== coverage.open) return 'revision and coverage do not agree';
  return rowCountProblem(window, coverage, rowCount);
}
