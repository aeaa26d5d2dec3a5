import type { EncodedRecord, EventData } from '@elias/contracts';
import { encodeEvent, revisionToWire } from '@elias/contracts';
import { compareRevisions } from '@elias/market-data';
import type { SealedEvent } from './owed-event.js';
import type { LedgerRow, LoadChange, LoadError } from './warehouse.js';

const SERVICE = 'warehouse-loader';
const DETAIL_CHARACTERS_MAX = 4_000;

/** Why nothing of one archive was loaded. */
export interface Refusal {
  /** one word of a fixed list */
  readonly reason: string;
  readonly detail: string;
  readonly loadError: LoadError | null;
}

/** What became of one window, as far as its events go. */
export interface WindowState {
  /** what the ledger says after the load; null when nothing stands, or nothing of the window came to a load */
  readonly ledger: LedgerRow | null;
  /** what the load did with the window's best archive */
  readonly change: LoadChange;
  /** the load that did */
  readonly batchId: string;
  /** by `archiveOf` of the event */
  readonly refusals: ReadonlyMap<string, Refusal>;
}

export interface Answer {
  readonly kind: 'loaded' | 'superseded' | 'failed';
  readonly record: EncodedRecord;
  /** for a dead letter: the archive is bad, not only late */
  readonly refusal: Refusal | null;
}

/** One archive of one collection; events may tell of it twice. */
export function archiveOf({ revision, data }: Pick<SealedEvent, 'revision' | 'data'>): string {
  return `${revision.collectionId} ${data.archive.key} ${data.archive.sha256}`;
}

/** A withdrawn revision is superseded by whatever stands, and refused where nothing does; it is nobody's mistake. */
export const REVOKED: Refusal = { reason: 'revoked', detail: 'the revision was withdrawn', loadError: null };
/** A window is loaded whole or not at all; only a fault of the warehouse itself leads here. */
export const ROWS_MISSING: Refusal = {
  reason: 'rows-missing',
  detail: 'not all rows of the archive arrived in the warehouse',
  loadError: null,
};

/** Every event is answered, with its own request: the ledger decides, so a repeat is answered like the first. */
export function answerEvent(event: SealedEvent, state: WindowState): Answer {
  const refusal = state.refusals.get(archiveOf(event));
  const ledger = state.ledger?.revoked === true ? null : state.ledger;
  if (refusal !== undefined && (refusal !== REVOKED || ledger === null)) return failed(event, refusal);
  const order = ledger === null ? -1 : compareRevisions(ledger.revision, event.revision);
  if (ledger === null || (order < 0 && refusal === undefined)) return failed(event, ROWS_MISSING);
  return order === 0 ? loaded(event, state) : superseded(event, ledger);
}

function loaded({ data: told }: SealedEvent, { change, batchId }: WindowState): Answer {
  const { request_id, run_id, origin, window, revision, row_count, csv_sha256, archive } = told;
  const data = {
    ...{ request_id, run_id, origin, window, revision, row_count, csv_sha256 },
    archive: { bucket: archive.bucket, key: archive.key },
    batch_id: batchId,
    outcome: change,
  };
  return { kind: 'loaded', record: encodeEvent('warehouse.loaded', data, SERVICE), refusal: null };
}

function superseded({ data: told }: SealedEvent, ledger: LedgerRow): Answer {
  const { request_id, run_id, origin, window, revision } = told;
  const data = { request_id, run_id, origin, window, revision, by: revisionToWire(ledger.revision) };
  return { kind: 'superseded', record: encodeEvent('warehouse.superseded', data, SERVICE), refusal: null };
}

function failed(event: SealedEvent, refusal: Refusal): Answer {
  const { request_id, run_id, window, revision, archive } = event.data;
  const { loadError } = refusal;
  const data: EventData<'warehouse.failed'> = {
    request_id,
    run_id,
    window_id: window.id,
    revision,
    reason: refusal.reason,
    detail: refusal.detail.slice(0, DETAIL_CHARACTERS_MAX),
    archive: { bucket: archive.bucket, key: archive.key },
    load_error: loadError === null ? null : wireError(loadError, archive.bucket),
  };
  return { kind: 'failed', record: encodeEvent('warehouse.failed', data, SERVICE), refusal };
}

function wireError({ key, line, column, reason }: LoadError, bucket: string): NonNullable<EventData<'warehouse.failed'>['load_error']> {
  return { file: `s3://${bucket}/${key}`, line, column, reason: reason.slice(0, DETAIL_CHARACTERS_MAX) };
}
