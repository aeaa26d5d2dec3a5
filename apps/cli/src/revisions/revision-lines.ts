import { coverageToWire, revisionToWire } from '@elias/contracts';
import { compareRevisions, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { printable, tableLines } from '../terminal/table-lines.js';
import type { RowChange } from './diff-rows.js';
import type { SealedRevision } from './sealed-revisions.js';

/** What is told of a telling, without its content. */
export interface RevisionView {
  readonly collection_id: string;
  readonly collected_at: string;
  readonly rows: number;
  readonly no_trade: number;
  readonly unknown: number;
  readonly open: number;
  readonly csv_sha256: string;
  readonly archive: { readonly bucket: string; readonly key: string; readonly bytes: number };
  readonly revoked: { readonly reason: string; readonly revoked_at: string } | null;
  /** the best that is not revoked */
  readonly current: boolean;
}

export function revisionView({ key, zip, opened, revoked }: SealedRevision, bucket: string): Omit<RevisionView, 'current'> {
  const { revision, rowCount, coverage, csvSha256 } = opened.manifest;
  const { collection_id, collected_at, unknown, open } = revisionToWire(revision);
  return {
    ...{ collection_id, collected_at, rows: rowCount, no_trade: coverageToWire(coverage).no_trade, unknown, open, csv_sha256: csvSha256 },
    archive: { bucket, key, bytes: zip.length },
    revoked: revoked === null ? null : { reason: revoked.reason, revoked_at: revoked.revokedAt },
  };
}

/** The best first. */
export function rankedViews(views: readonly Omit<RevisionView, 'current'>[]): RevisionView[] {
  const ranked = [...views].sort((a, b) => compareRevisions(revisionOf(b), revisionOf(a)));
  const current = ranked.find(({ revoked }) => revoked === null);
  return ranked.map((view) => ({ ...view, current: view === current }));
}

const revisionOf = ({
  unknown,
  open,
  collected_at,
  collection_id,
}: Omit<RevisionView, 'current'>): Parameters<typeof compareRevisions>[0] => {
  return { unknown, open, collectedAtMs: Date.parse(collected_at), collectionId: collection_id };
};

const COLUMNS = [
  { title: 'revision' },
  { title: 'collected (UTC)' },
  { title: 'rows', align: 'right' },
  { title: 'unknown', align: 'right' },
  { title: 'open', align: 'right' },
  { title: 'content' },
  { title: 'is' },
] as const;

/** A revision is named by the last 8 digits of its collection, as the archive's key has them. */
export function revisionLines(views: readonly RevisionView[], width?: number): string[] {
  if (views.length === 0) return ['Nothing of this window is sealed.'];
  const rows = views.map(({ collection_id, collected_at, rows: count, unknown, open, csv_sha256, revoked, current }) => [
    ...[collection_id.slice(-8), collected_at.replace('T', ' ').replace('Z', ''), String(count), String(unknown), String(open)],
    ...[csv_sha256.slice(0, 12), revoked !== null ? 'revoked' : current ? 'current' : ''],
  ]);
  return tableLines(COLUMNS, rows, width);
}

export function revisionDetail(window: Window, view: RevisionView): string[] {
  const { collection_id, collected_at, rows, no_trade, unknown, open, csv_sha256, archive, revoked, current } = view;
  const facts: [string, string][] = [
    ['window', windowId(window)],
    ['collection', collection_id],
    ['collected at', collected_at],
    ['rows', String(rows)],
    ['coverage', `${rows} present, ${no_trade} no trade, ${unknown} unknown, ${open} open`],
    ['content', csv_sha256],
    ['archive', `s3://${archive.bucket}/${archive.key}`],
    ['bytes', String(archive.bytes)],
    ['is', revoked === null ? (current ? 'current' : 'not the best') : `revoked at ${revoked.revoked_at}: ${revoked.reason}`],
  ];
  return facts.map(([name, text]) => `${name.padEnd(12)}  ${printable(text)}`);
}

/** Rows that differ: `-` gone, `+` new, `~` changed. */
export function changeLines(changes: readonly RowChange[], limit: number): string[] {
  if (changes.length === 0) return ['The same rows.'];
  const lines = changes.slice(0, limit).map(({ key, old, new: young }) => {
    const name = Object.values(key).join(' ');
    if (old !== null && young !== null)
      return `~ ${name}  ${Object.keys(young)
        .map((column) => `${column} ${old[column]} -> ${young[column]}`)
        .join(', ')}`;
    const values = Object.entries(old ?? young ?? {}).map(([column, value]) => `${column} ${value}`);
    return `${old === null ? '+' : '-'} ${name}  ${values.join(', ')}`;
  });
  const count = `${changes.length} ${changes.length === 1 ? 'row differs' : 'rows differ'}`;
  return [...lines.map(printable), changes.length > limit ? `${count}; ${limit} are shown, see --limit` : `${count}.`];
}
