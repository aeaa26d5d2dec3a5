import { createHash } from 'node:crypto';
import { ZipArchive } from 'archiver';
import type { ZipEntryData } from 'archiver';
import type { WindowFacts } from '@elias/contracts';
import { archiveName } from './archive-key.js';
import { encodeManifest, MANIFEST_ENTRY } from './manifest.js';
import { csvEntryOf } from './open-archive.js';
import type { CsvEntry } from './zip-entries.js';
import { readZipEntries } from './zip-entries.js';

export type { CsvEntry } from './zip-entries.js';

/** zlib's middle way. On 64 MB of recorded candles level 9 takes 3.4 times the CPU for 3.5 % less, level 1 a quarter for 17 % more. */
export const DEFLATE_LEVEL = 6;
/** Output block of one DEFLATE step, bytes: most windows pack into one, so one trip to the thread pool each. */
const DEFLATE_BLOCK_BYTES = 32 * 1024;
/** The least a zip can tell; any clock here would make a retry write other bytes. */
const ENTRY_DATE = new Date(Date.UTC(1980, 0, 1));
const ENTRY_MODE = 0o644;

export interface SealedArchive {
  readonly zip: Buffer;
  /** hex SHA-256 of the zip */
  readonly sha256: string;
  readonly csvEntry: CsvEntry;
}

/** What of a window's facts goes into its archive; who asked for it does not. */
export type SealedFacts = Pick<WindowFacts, 'schemaVersion' | 'window' | 'revision' | 'rowCount' | 'coverage' | 'csvSha256'>;

/**
 * Packs a window whose CSV was checked: the CSV, DEFLATEd on the thread pool, and its manifest, stored. Order, names, times, modes
 * and level are fixed: the same collection gives the same bytes wherever the same zlib runs.
 */
export async function sealArchive(facts: SealedFacts, csv: Buffer): Promise<SealedArchive> {
  const csvName = `${archiveName(facts.window, facts.revision, facts.csvSha256)}.csv`;
  const manifest = encodeManifest({ ...facts, csvName, csvBytes: csv.length });
  const zip = await zipOf([
    { content: csv, entry: { name: csvName } },
    { content: manifest, entry: { name: MANIFEST_ENTRY, store: true } },
  ]);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  return { zip, sha256, csvEntry: csvEntryOf(readZipEntries(zip)[0]!) };
}

function zipOf(entries: readonly { content: Buffer; entry: ZipEntryData }[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const archive = new ZipArchive({ zlib: { level: DEFLATE_LEVEL, chunkSize: DEFLATE_BLOCK_BYTES } });
    const blocks: Buffer[] = [];
    archive.on('data', (block) => blocks.push(block));
    archive.on('error', reject);
    archive.on('warning', reject);
    archive.on('end', () => resolve(Buffer.concat(blocks)));
    for (const { content, entry } of entries) archive.append(content, { ...entry, date: ENTRY_DATE, mode: ENTRY_MODE });
    archive.finalize().catch(reject);
  });
}
