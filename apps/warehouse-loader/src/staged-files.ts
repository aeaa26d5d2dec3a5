import { archiveName } from '@elias/archive';
import { formatInstant, windowId } from '@elias/market-data';
import type { Revision, Window } from '@elias/market-data';
import type { Revocation, StagedWindow } from './warehouse.js';

/** Folder of all loads' files, with a slash at its end. */
export function loadsFolder(prefix: string): string {
  return `${prefix === '' ? '' : `${prefix}/`}_loads/`;
}

/** Folder of one load's files, with a slash at its end. */
export function loadFolder(prefix: string, loadId: string): string {
  return `${loadsFolder(prefix)}${loadId}/`;
}

/**
 * Key of a window's staged file: one window, one file. COPY's IGNOREHEADER counts per file, and the header lies inside the archive's
 * DEFLATE bytes, so joining windows would mean to compress them again.
 */
export function stagedFileKey(folder: string, window: Window, revision: Revision, csvSha256: string): string {
  return `${folder}${archiveName(window, revision, csvSha256)}.csv.gz`;
}

/**
 * COPY's manifest: exactly these files, each of this length.
 * Source: Amazon Redshift Database Developer Guide, "Using a manifest to specify data files".
 */
export function copyManifest(bucket: string, files: readonly { key: string; bytes: number }[]): string {
  const entries = files.map(({ key, bytes }) => ({ url: `s3://${bucket}/${key}`, mandatory: true, meta: { content_length: bytes } }));
  return `${JSON.stringify({ entries }, null, 1)}\n`;
}

/** What a row of both lists begins with: which rows of a table are a window's. */
const WINDOW_COLUMNS = {
  window_id: 'VARCHAR(160)',
  dataset: 'VARCHAR(64)',
  product_id: 'VARCHAR(64)',
  granularity: 'INTEGER',
  from_at: 'TIMESTAMP',
  to_at: 'TIMESTAMP',
} as const;

/** Columns of `windows.csv`, in order, with their types in Redshift; the SQL that reads it takes them from here. */
export const STAGED_WINDOW_COLUMNS = {
  ...WINDOW_COLUMNS,
  unknown_periods: 'INTEGER',
  open_periods: 'INTEGER',
  collected_at: 'TIMESTAMP',
  collection_id: 'VARCHAR(36)',
  no_trade_periods: 'INTEGER',
  csv_sha256: 'VARCHAR(64)',
  row_count: 'INTEGER',
  unknown_ranges: 'VARCHAR(65535)',
  open_ranges: 'VARCHAR(65535)',
  archive_key: 'VARCHAR(512)',
} as const;

/** Columns of `revocations.csv`. */
export const STAGED_REVOCATION_COLUMNS = {
  ...WINDOW_COLUMNS,
  collection_id: 'VARCHAR(36)',
  revoked_at: 'TIMESTAMP',
  reason: 'VARCHAR(4000)',
} as const;

type Row<C> = Record<keyof C, string | number>;

/** The windows of a load as `windows.csv`. */
export function windowsCsv(windows: readonly StagedWindow[]): string {
  const rows = windows.map((staged): Row<typeof STAGED_WINDOW_COLUMNS> => ({
    ...windowFields(staged.window),
    unknown_periods: staged.revision.unknown,
    open_periods: staged.revision.open,
    collected_at: formatInstant(staged.revision.collectedAtMs),
    collection_id: staged.revision.collectionId,
    no_trade_periods: staged.noTrade,
    csv_sha256: staged.csvSha256,
    row_count: staged.rowCount,
    unknown_ranges: staged.unknownRanges,
    open_ranges: staged.openRanges,
    archive_key: staged.archiveKey,
  }));
  return csv(STAGED_WINDOW_COLUMNS, rows);
}

/** The revocations of a load as `revocations.csv`. */
export function revocationsCsv(revocations: readonly Revocation[]): string {
  const rows = revocations.map(({ window, collectionId, revokedAtMs, reason }): Row<typeof STAGED_REVOCATION_COLUMNS> => ({
    ...windowFields(window),
    collection_id: collectionId,
    revoked_at: formatInstant(revokedAtMs),
    reason,
  }));
  return csv(STAGED_REVOCATION_COLUMNS, rows);
}

function windowFields(window: Window): Row<typeof WINDOW_COLUMNS> {
  return {
    window_id: windowId(window),
    dataset: window.dataset,
    product_id: window.productId,
    granularity: window.granularity,
    from_at: formatInstant(window.fromMs),
    to_at: formatInstant(window.toMs),
  };
}

function csv<C extends object>(columns: C, rows: readonly Row<C>[]): string {
  const names = Object.keys(columns) as (keyof C & string)[];
  return [names.join(','), ...rows.map((row) => names.map((name) => field(String(row[name]))).join(',')), ''].join('\n');
}

/** A CSV field, quoted where COPY's CSV needs it; an empty one always, so that it is empty text and not NULL. */
function field(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
