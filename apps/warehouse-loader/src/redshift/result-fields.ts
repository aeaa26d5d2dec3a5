import { parseInstant } from '@elias/market-data';
import type { ResultRow } from '@elias/redshift';
import type { LedgerRow, LoadChange, LoadError } from '../warehouse.js';

/** A row of `ledgerQuery`. */
export function ledgerRow(row: ResultRow): LedgerRow {
  return {
    windowId: String(row['window_id']),
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

const CHANGES = { replaced: 'replaced', ledger_moved: 'ledger_moved', unchanged: 'unchanged' } as const;

/** A row of what a load reports: a window and its change. */
export function loadChange(row: ResultRow): [windowId: string, change: LoadChange] {
  const change = CHANGES[String(row['change']) as LoadChange] as LoadChange | undefined;
  if (change === undefined) throw new RangeError(`a load reports the change ${String(row['change'])}`);
  return [String(row['window_id']), change];
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
