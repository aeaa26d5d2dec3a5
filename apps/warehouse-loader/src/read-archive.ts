import { createHash } from 'node:crypto';
import { checkArchived, checkWindowCsv, gzipFromDeflate, openArchive, openStreamed, TRADES_CSV_HEADER } from '@elias/archive';
import type { CsvEntry, Manifest } from '@elias/archive';
import type { Outcome } from '@elias/contracts';
import { columnNames, DATASET_MODELS, ledgerRanges, SCHEMA_VERSION } from '@elias/contracts';
import { describeError, EliasError } from '@elias/errors';
import { ObjectMissingError } from '@elias/object-store';
import { compareRevisions, windowId } from '@elias/market-data';
import type { Objects } from './objects.js';
import type { SealedEvent } from './owed-event.js';
import type { StagedWindow } from './warehouse.js';

/** A sound archive: its facts, and its CSV as a gzip member whose DEFLATE bytes are the archive's own. */
export interface SoundArchive {
  readonly kind: 'sound';
  readonly facts: Omit<StagedWindow, 'file'>;
  readonly columns: readonly string[];
  readonly gzip: Buffer;
}

export const REFUSALS = [
  'archive-missing',
  'archive-corrupt',
  'archive-elsewhere',
  'wrong-hash',
  'wrong-rows',
  'unknown-schema-version',
] as const;

/** Why nothing of an archive is loaded: one word for machines, a sentence for people. */
export interface RefusedArchive {
  readonly kind: 'refused';
  readonly reason: (typeof REFUSALS)[number];
  readonly detail: string;
}

/**
 * Reads the archive that an event names and checks every byte of it: the object's hash, the zip's CRC-32 and manifest, the CSV's hash,
 * header, count and rows. Nothing in Redshift would notice a doubled row.
 * @throws ObjectStoreUnavailableError to be tried again; everything that is wrong with the archive is an outcome
 */
export async function readArchive(objects: Objects, event: SealedEvent, signal: AbortSignal): Promise<SoundArchive | RefusedArchive> {
  const { archive } = event.data;
  if (archive.bucket !== objects.bucket) return refused('archive-elsewhere', `archives are read from "${objects.bucket}" only`);
  try {
    return await checkArchive(event, await objects.get(archive.key, { signal }));
  } catch (error) {
    if (error instanceof ObjectMissingError) return refused('archive-missing', describeError(error));
    throw error;
  }
}

/** What the bytes of an event's archive are worth. */
export async function checkArchive(event: SealedEvent, zip: Buffer): Promise<SoundArchive | RefusedArchive> {
  const { archive } = event.data;
  if (zip.length !== archive.bytes) return refused('wrong-hash', `the object has ${zip.length} bytes, not ${archive.bytes}`);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  if (sha256 !== archive.sha256) return refused('wrong-hash', `sha256 of the object is ${sha256}, not ${archive.sha256}`);
  const opened = await openedArchive(zip, event.window.dataset === 'trades');
  if (opened.kind === 'refused') return opened;
  const { manifest, header, csvEntry, deflated, checked } = opened.archive;
  const mismatch = mismatchOf(event, opened.archive);
  if (mismatch !== null) return refused('archive-corrupt', mismatch);
  if (manifest.schemaVersion !== SCHEMA_VERSION) return refused('unknown-schema-version', `schema version ${manifest.schemaVersion}`);
  const columns = header.split(',');
  const known = columnNames(DATASET_MODELS[manifest.window.dataset]);
  const unknown = columns.filter((column) => !known.includes(column));
  if (unknown.length > 0) return refused('wrong-rows', `the table has no column ${unknown.join(', ').slice(0, 200)}`);
  if (checked.kind !== 'ok') return refused('wrong-rows', describeError(checked.cause));
  const { window, revision, coverage, rowCount, csvSha256, schemaVersion } = manifest;
  const ranges = ledgerRanges(window, coverage);
  const facts = {
    window,
    revision,
    schemaVersion,
    rowCount,
    noTrade: coverage.noTrade,
    csvSha256,
    unknownRanges: ranges.unknown,
    openRanges: ranges.open,
    archiveKey: archive.key,
  };
  return { kind: 'sound', facts, columns, gzip: gzipFromDeflate(deflated, csvEntry) };
}

/** An archive as far as loading it goes; its CSV is not kept. */
interface CheckedArchive {
  readonly manifest: Manifest;
  /** first line of the CSV */
  readonly header: string;
  readonly csvEntry: CsvEntry;
  readonly deflated: Buffer;
  /** what its rows are worth */
  readonly checked: Outcome<{ rows: number }>;
}

/** @param streamed trades: the CSV is inflated as it is checked, never as a whole */
async function openedArchive(zip: Buffer, streamed: boolean): Promise<{ kind: 'opened'; archive: CheckedArchive } | RefusedArchive> {
  try {
    if (streamed) {
      const archive = openStreamed(zip);
      return { kind: 'opened', archive: { ...archive, header: TRADES_CSV_HEADER, checked: await checkArchived(archive) } };
    }
    const { csv, ...archive } = openArchive(zip);
    return { kind: 'opened', archive: { ...archive, header: headerOf(csv), checked: checkWindowCsv(csv, archive.manifest) } };
  } catch (error) {
    if (error instanceof EliasError && error.disposition === 'dead-letter') return refused('archive-corrupt', describeError(error));
    throw error;
  }
}

/** Where the manifest tells another window, revision or content than the event. */
function mismatchOf({ data, window, revision }: SealedEvent, { manifest }: CheckedArchive): string | null {
  if (windowId(manifest.window) !== windowId(window)) return `the archive holds ${windowId(manifest.window)}`;
  if (compareRevisions(manifest.revision, revision) !== 0) return `the archive holds revision ${manifest.revision.collectionId}`;
  if (manifest.csvSha256 !== data.csv_sha256) return `the archive's CSV has sha256 ${manifest.csvSha256}, not ${data.csv_sha256}`;
  return manifest.schemaVersion === data.schema_version ? null : `the archive has schema version ${manifest.schemaVersion}`;
}

/** Columns that the file names itself, from its first line. */
function headerOf(csv: Buffer): string {
  const end = csv.indexOf('\n');
  return csv.toString('utf8', 0, Math.min(end < 0 ? csv.length : end, 4_096));
}

function refused(reason: RefusedArchive['reason'], detail: string): RefusedArchive {
  return { kind: 'refused', reason, detail };
}
