import { crc32, createInflateRaw } from 'node:zlib';
import type { Outcome } from '@elias/contracts';
import { ArchiveCorruptError } from './archive-errors.js';
import type { CsvStream } from './check-window-stream.js';
import { CheckWindowStream, isTradeFacts } from './check-window-stream.js';
import type { Manifest } from './manifest.js';
import { csvEntryOf, openArchive, readEntries } from './open-archive.js';
import type { CsvEntry, ZipEntry } from './zip-entries.js';
import { DEFLATED } from './zip-entries.js';

/** A sealed window of trades whose CSV is inflated as it is read, never as a whole. */
export interface StreamedArchive {
  readonly manifest: Manifest;
  readonly csvEntry: CsvEntry;
  /** the CSV's raw DEFLATE bytes, a view into the zip */
  readonly deflated: Buffer;
  /** throws ArchiveCorruptError where the bytes are not the zip's own */
  readonly csv: CsvStream;
}

/**
 * Reads an archive of trades: its entries and the manifest. The CSV is `checkArchived`'s.
 * @throws ArchiveCorruptError
 */
export function openStreamed(zip: Buffer): StreamedArchive {
  const { manifest, entry } = readEntries(zip);
  const { offset, packedBytes, method } = entry;
  if (!isTradeFacts(manifest) || method !== DEFLATED) throw new ArchiveCorruptError('it is not of trades');
  const deflated = zip.subarray(offset, offset + packedBytes);
  const csv = { bytes: entry.bytes, chunks: () => inflated(deflated, entry) };
  return { manifest, csvEntry: csvEntryOf(entry), deflated, csv };
}

/**
 * Reads the whole CSV once: length, CRC-32, hash, rows.
 * @throws ArchiveCorruptError
 */
export async function checkArchived({ manifest, csv }: StreamedArchive): Promise<Outcome<{ rows: number }>> {
  if (!isTradeFacts(manifest)) throw new ArchiveCorruptError('it is not of trades');
  const check = new CheckWindowStream(manifest);
  for await (const chunk of csv.chunks()) check.push(chunk);
  const outcome = check.end();
  if (outcome.kind !== 'ok' && outcome.reason === 'wrong-hash') throw new ArchiveCorruptError("the CSV's sha256 is not the manifest's");
  return outcome;
}

/**
 * Any archive, verified up to its CSV's hash; of what it holds no more is in memory than the zip itself has.
 * @throws ArchiveCorruptError
 */
export async function verifyArchive(zip: Buffer): Promise<Pick<StreamedArchive, 'manifest' | 'csvEntry' | 'deflated'>> {
  if (readEntries(zip).manifest.window.dataset !== 'trades') return openArchive(zip);
  const archive = openStreamed(zip);
  await checkArchived(archive);
  return archive;
}

async function* inflated(deflated: Buffer, { name, bytes, crc32: told }: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createInflateRaw();
  stream.end(deflated);
  let length = 0;
  let crc = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bytes) throw new ArchiveCorruptError(`entry "${name}" holds more than ${bytes} bytes`);
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof ArchiveCorruptError) throw cause;
    throw new ArchiveCorruptError(`entry "${name}" does not inflate to ${bytes} bytes`, cause);
  } finally {
    stream.destroy();
  }
  if (stream.bytesWritten !== deflated.length) throw new ArchiveCorruptError(`entry "${name}" has bytes after its DEFLATE stream`);
  if (length !== bytes) throw new ArchiveCorruptError(`entry "${name}" holds ${length} bytes, not ${bytes}`);
  if (crc !== told) throw new ArchiveCorruptError(`entry "${name}" has another CRC-32 than told`);
}
