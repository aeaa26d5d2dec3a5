import { parseInstant } from '@elias/market-data';
import type { ResultRow } from '@elias/redshift';
import type { LedgerRow, LoadedWindow, LoadError } from '../warehouse.js';

/** A row of `ledgerQuery`, or the ledger's part of a report's row; null when the ledger has none. */
export function ledgerRow(row: ResultRow): LedgerRow | null {
  const windowId = row['ledger_window_id'];
  if (typeof windowId !== 'string') return null;
  return {
    windowId,
    revision: {
      unknown: Number(row['unknown_periods']),
      open: Number(row['open_periods']),
      collectedAtMs: instantMs(String(row['collected_at'])),
      collectionId: String(row['collection_id']),
    },
    csvSha256: String(row['csv_sha256']),
    archiveKey: String(row['archive_key']),
    revoked: Number(row['revoked']) !== 0,
  };
}

const OUTCOMES: readonly string[] = ['replaced', 'ledger_moved', 'unchanged', 'revoked'] satisfies LoadedWindow['outcome'][];

/** A row of a load's report. */
export function loadedWindow(row: ResultRow): LoadedWindow {
  const outcome = String(row['outcome']);
  if (!OUTCOMES.includes(outcome)) throw new RangeError(`a load's report says ${outcome}`);
  return { windowId: String(row['window_id']), outcome: outcome as LoadedWindow['outcome'], ledger: ledgerRow(row) };
}

/** A row of `loadErrorsQuery`. */
export function loadError(row: ResultRow, bucket: string): LoadError {
  return {
    key: String(row['file_name']).trim().replace(`s3://${bucket}/`, ''),
    line: Math.max(0, Math.trunc(Number(row['line_number'] ?? 0)) || 0),
    column: String(row['column_name'] ?? '').trim(),
    reason: String(row['error_message'] ?? '').trim(),
  };
}

/** Redshift's TIMESTAMP as the Data API tells it: `2023-12-02 00:15:03.0`, a part of a second only when there is one. */
function instantMs(text: string): number {
  return parseInstant(text.replace(' ', 'T').replace(/(?:\.0+)?$/, 'Z'));
}
