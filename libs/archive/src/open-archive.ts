import { SCHEMA_VERSION } from '@elias/contracts';
import { periodCount } from '@elias/market-data';
import { ArchiveCorruptError } from './archive-errors.js';
import { archiveName } from './archive-key.js';
import { csvSha256 } from './check-window-csv.js';
import { DAY_ROW_BYTES_MAX } from './day-rows-csv.js';
import type { Manifest } from './manifest.js';
import { decodeManifest, MANIFEST_ENTRY } from './manifest.js';
import type { CsvEntry, ZipEntry } from './zip-entries.js';
import { DEFLATED, readEntry, readZipEntries } from './zip-entries.js';

/** Largest manifest read: one whose month misses every second period of 300 s has 290 kB. */
const MANIFEST_BYTES_MAX = 1024 * 1024;
/** Longest line a candle can have: two times 24 characters of product, an instant, four prices, a volume, and separators. */
const ROW_BYTES_MAX = 256;

/** Trades are inflated whole up to here; `openStreamed` has no such bound. */
const TRADES_BYTES_MAX = 512 * 1024 * 1024;
/** Rows of a day's stats: every product of the exchange, for several spans. */
const DAY_ROWS_MAX = 8_192;

/** A sealed window, read and verified. */
export interface OpenedArchive {
  readonly manifest: Manifest;
  readonly csv: Buffer;
  readonly csvEntry: CsvEntry;
  /** the CSV's raw DEFLATE bytes, a view into the zip */
  readonly deflated: Buffer;
}

/**
 * Reads an archive back: both entries and nothing else, sizes, CRC-32s, the manifest, and the CSV's hash. What it may inflate to is
 * bounded by the manifest, and that by the window's periods. The CSV's rows are `checkWindowCsv`'s, which takes the manifest as facts.
 * @throws ArchiveCorruptError
 */
export function openArchive(zip: Buffer): OpenedArchive {
  const { manifest, entry } = readEntries(zip);
  const csv = readEntry(zip, entry, csvBytesMax(manifest));
  if (csvSha256(csv) !== manifest.csvSha256) throw new ArchiveCorruptError("the CSV's sha256 is not the manifest's");
  const { offset, packedBytes } = entry;
  return { manifest, csv, csvEntry: csvEntryOf(entry), deflated: zip.subarray(offset, offset + packedBytes) };
}

/**
 * The manifest, and where the CSV lies; the CSV itself is not looked at.
 * @internal
 */
export function readEntries(zip: Buffer): { manifest: Manifest; entry: ZipEntry } {
  const [csvZipEntry, manifestEntry, ...others] = readZipEntries(zip);
  if (csvZipEntry === undefined || manifestEntry?.name !== MANIFEST_ENTRY || others.length > 0) {
    throw new ArchiveCorruptError(`its entries are not a CSV and ${MANIFEST_ENTRY}`);
  }
  const manifest = readManifest(zip, manifestEntry);
  const { window, revision, csvSha256: sha256, csvName, csvBytes } = manifest;
  if (csvName !== `${archiveName(window, revision, sha256)}.csv` || csvZipEntry.name !== csvName) {
    throw new ArchiveCorruptError(`its CSV "${csvZipEntry.name}" is not the manifest's`);
  }
  if (csvZipEntry.method !== DEFLATED || csvZipEntry.bytes !== csvBytes) throw new ArchiveCorruptError('its CSV is not packed as told');
  return { manifest, entry: csvZipEntry };
}

/** @internal */
export function csvEntryOf({ offset, packedBytes, bytes, crc32 }: ZipEntry): CsvEntry {
  return { offset, deflateBytes: packedBytes, bytes, crc32: crc32.toString(16).padStart(8, '0') };
}

function readManifest(zip: Buffer, entry: ZipEntry): Manifest {
  const bytes = readEntry(zip, entry, MANIFEST_BYTES_MAX);
  let manifest: Manifest;
  try {
    manifest = decodeManifest(bytes);
  } catch (cause) {
    throw new ArchiveCorruptError(`its ${MANIFEST_ENTRY} cannot be right`, cause);
  }
  if (manifest.schemaVersion !== SCHEMA_VERSION) {
    throw new ArchiveCorruptError(`schema version ${manifest.schemaVersion} is not known here, only ${SCHEMA_VERSION}`);
  }
  return manifest;
}

function csvBytesMax({ window, rowCount }: Pick<Manifest, 'window' | 'rowCount'>): number {
  if (window.dataset === 'trades') return Math.min(TRADES_BYTES_MAX, (1 + rowCount) * ROW_BYTES_MAX);
  return window.dataset === 'candles' ? (1 + periodCount(window)) * ROW_BYTES_MAX : DAY_ROWS_MAX * DAY_ROW_BYTES_MAX;
}
