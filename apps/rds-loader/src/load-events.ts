import { encodeEvent, revisionToWire, windowToWire } from '@elias/contracts';
import type { DeadLetterReason, EncodedRecord, WindowFacts } from '@elias/contracts';
import { describeError } from '@elias/errors';
import { windowId } from '@elias/market-data';
import type { LoadAnswer } from './load-windows.js';

export type LoadSource = 'topic' | 'archive';

const APP = 'rds-loader';
const DETAIL_CHARS_MAX = 4_000;
const ID_CHARS_MAX = 200;

/** What can be told of a window, however broken its record is. */
export interface PartialFacts {
  /** the record's key, where its header does not tell */
  windowId: string;
  requestId: string | null;
  runId: string | null;
  revision: WindowFacts['revision'] | null;
}

export function allFacts({
  window,
  requestId,
  runId,
  revision,
}: Omit<PartialFacts, 'windowId'> & Pick<WindowFacts, 'window'>): PartialFacts {
  return { windowId: windowId(window), requestId, runId, revision };
}

/** Why a window was not loaded: one word each, for machines. */
export type LoadFailure = DeadLetterReason | 'archive-missing' | 'archive-corrupt' | 'archive-elsewhere' | 'refused-by-store' | 'revoked';

/** The event that answers an offered window; told after the commit, again at each redelivery. */
export function answerEvent({ offered, outcome }: LoadAnswer, source: LoadSource): EncodedRecord {
  const { facts } = offered;
  const asked = { request_id: facts.requestId, run_id: facts.runId, origin: facts.origin };
  const window = windowToWire(facts.window);
  const revision = revisionToWire(facts.revision);
  switch (outcome.kind) {
    case 'loaded': {
      const told = { window, revision, row_count: outcome.rowCount, csv_sha256: outcome.csvSha256 };
      return encodeEvent('rds.loaded', { ...asked, ...told, source, outcome: outcome.change }, APP);
    }
    case 'superseded':
      return encodeEvent('rds.superseded', { ...asked, window, revision, by: revisionToWire(outcome.by), source }, APP);
    case 'revoked':
      return failureEvent({ told: allFacts(facts), reason: 'revoked', cause: 'the revision is withdrawn and no other stands' }, source);
    case 'refused': {
      const { line, column, detail } = outcome.error;
      const loadError = { file: offered.file, line, column, reason: detail.slice(0, DETAIL_CHARS_MAX) };
      return failureEvent({ told: allFacts(facts), reason: 'refused-by-store', cause: outcome.error, loadError }, source);
    }
  }
}

export interface FailedWindow {
  told: PartialFacts;
  reason: LoadFailure;
  cause: unknown;
  loadError?: { file: string; line: number; column: string; reason: string };
}

/** The event that a window was refused, and why. */
export function failureEvent({ told, reason, cause, loadError }: FailedWindow, source: LoadSource): EncodedRecord {
  const data = {
    request_id: told.requestId,
    run_id: told.runId,
    window_id: told.windowId.slice(0, ID_CHARS_MAX),
    revision: told.revision === null ? null : revisionToWire(told.revision),
    reason,
    detail: describeError(cause).slice(0, DETAIL_CHARS_MAX),
    source,
    load_error: loadError ?? null,
  };
  return encodeEvent('rds.failed', data, APP);
}
