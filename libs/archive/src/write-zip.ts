import { crc32 } from 'node:zlib';
import type { ZipEntry } from './zip-entries.js';
import { DEFLATED, STORED } from './zip-entries.js';

/** One file of a zip, its bytes as they are to lie there. */
export interface PackedFile {
  readonly name: string;
  /** a stored file's bytes; of a packed one its length and CRC-32 are enough */
  readonly content: Uint8Array | PackedContent;
  /** raw DEFLATE of the content, in one piece or in several; null stores the content itself */
  readonly deflated: Uint8Array | readonly Uint8Array[] | null;
}

/** What a zip tells of a file whose bytes went by. */
export interface PackedContent {
  readonly bytes: number;
  readonly crc32: number;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** DEFLATE, directories: what every reader since 1993 knows */
const VERSION_NEEDED = 20;
const MADE_ON_UNIX = (3 << 8) | VERSION_NEEDED;
/** 1980-01-01 00:00:00, the least a zip can tell: any clock here would make a retry write other bytes. */
const DOS_TIME = 0x0021_0000;
/** a plain file, rw-r--r-- */
const MODE = 0o100644;

/**
 * A zip whose every byte follows from its files: fixed times, modes and order, sizes in the local headers, so that it can be read as a
 * stream too. Source: PKWARE APPNOTE 6.3, 4.3. Names are ASCII; with sizes below 4 GiB no zip64 is needed.
 * @returns the zip, and its entries as `readZipEntries` finds them
 */
export function writeZip(files: readonly PackedFile[]): { zip: Buffer; entries: ZipEntry[] } {
  const names = files.reduce((sum, { name }) => sum + name.length, 0);
  const packed = files.reduce((sum, file) => sum + lengthOf(piecesOf(file)), 0);
  const zip = Buffer.alloc(files.length * (LOCAL_BYTES + CENTRAL_BYTES) + 2 * names + packed + END_BYTES);
  const entries: ZipEntry[] = [];
  const localOffsets: number[] = [];
  let at = 0;
  for (const file of files) {
    const { name, content, deflated } = file;
    const offset = at + LOCAL_BYTES + name.length;
    const pieces = piecesOf(file);
    const packedBytes = lengthOf(pieces);
    const entry: ZipEntry = {
      name,
      method: deflated === null ? STORED : DEFLATED,
      crc32: content instanceof Uint8Array ? crc32(content) : content.crc32,
      bytes: content instanceof Uint8Array ? content.length : content.bytes,
      packedBytes,
      offset,
    };
    zip.writeUInt32LE(0x04034b50, at);
    writeFields(zip, at + 4, entry);
    zip.write(name, at + LOCAL_BYTES, 'ascii');
    localOffsets.push(at);
    entries.push(entry);
    at = offset;
    for (const piece of pieces) {
      zip.set(piece, at);
      at += piece.length;
    }
  }
  const directory = at;
  entries.forEach((entry, index) => {
    zip.writeUInt32LE(0x02014b50, at);
    zip.writeUInt16LE(MADE_ON_UNIX, at + 4);
    writeFields(zip, at + 6, entry);
    zip.writeUInt32LE(MODE * 2 ** 16, at + 38);
    zip.writeUInt32LE(localOffsets[index]!, at + 42);
    at += CENTRAL_BYTES + zip.write(entry.name, at + CENTRAL_BYTES, 'ascii');
  });
  zip.writeUInt32LE(0x06054b50, at);
  zip.writeUInt16LE(entries.length, at + 8);
  zip.writeUInt16LE(entries.length, at + 10);
  zip.writeUInt32LE(at - directory, at + 12);
  zip.writeUInt32LE(directory, at + 16);
  return { zip, entries };
}

function piecesOf({ name, content, deflated }: PackedFile): readonly Uint8Array[] {
  const pieces = deflated ?? content;
  if (pieces instanceof Uint8Array) return [pieces];
  if ('crc32' in pieces) throw new RangeError(`${name} is stored, and its bytes are not there`);
  return pieces;
}

const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** What local and central header have in common, from the version needed on. */
function writeFields(zip: Buffer, at: number, { name, method, crc32: crc, bytes, packedBytes: packed }: ZipEntry): void {
  zip.writeUInt16LE(VERSION_NEEDED, at);
  zip.writeUInt16LE(method, at + 4);
  zip.writeUInt32LE(DOS_TIME, at + 6);
  zip.writeUInt32LE(crc, at + 10);
  zip.writeUInt32LE(packed, at + 14);
  zip.writeUInt32LE(bytes, at + 18);
  zip.writeUInt16LE(name.length, at + 22);
}
