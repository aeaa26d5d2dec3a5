import { createHash } from 'node:crypto';
import type { WindowFacts } from '@elias/contracts';
import { archiveName } from './archive-key.js';
import { deflateBytes } from './deflate-bytes.js';
import { encodeManifest, MANIFEST_ENTRY } from './manifest.js';
import { csvEntryOf } from './open-archive.js';
import { writeZip } from './write-zip.js';
import type { CsvEntry } from './zip-entries.js';

export { DEFLATE_LEVEL } from './deflate-bytes.js';
export type { CsvEntry } from './zip-entries.js';

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
  const { zip, entries } = writeZip([
    { name: csvName, content: csv, deflated: await deflateBytes(csv) },
    { name: MANIFEST_ENTRY, content: manifest, deflated: null },
  ]);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  return { zip, sha256, csvEntry: csvEntryOf(entries[0]!) };
}
