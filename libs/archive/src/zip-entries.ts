import { crc32 as crc32Of, inflateRawSync } from 'node:zlib';
import { ArchiveCorruptError } from './archive-errors.js';

/** Where the CSV's raw DEFLATE bytes lie in a zip, and what a gzip member needs besides. */
export interface CsvEntry {
  /** first DEFLATE byte in the zip */
  readonly offset: number;
  readonly deflateBytes: number;
  /** length of the CSV */
  readonly bytes: number;
  /** CRC-32 of the CSV, 8 hex */
  readonly crc32: string;
}

/** One entry of a zip; sizes and CRC as central directory and local header both tell them. */
export interface ZipEntry {
  readonly name: string;
  readonly method: typeof STORED | typeof DEFLATED;
  readonly crc32: number;
  readonly bytes: number;
  readonly packedBytes: number;
  /** first packed byte in the zip */
  readonly offset: number;
}

export const STORED = 0;
export const DEFLATED = 8;

const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const DESCRIPTOR_BYTES = 16;
const ENCRYPTED = 1;
const HAS_DESCRIPTOR = 8;

/**
 * The entries of a zip such as Elias writes: no comment, no zip64, no gap and nothing before, between or after the entries, so that
 * a cut, altered or foreign file is seen before anything is inflated. Sizes may follow the data (a descriptor), as npm's archiver has
 * them. Source: PKWARE APPNOTE 6.3, 4.3.
 * @throws ArchiveCorruptError
 */
export function readZipEntries(zip: Buffer): ZipEntry[] {
  const end = zip.length - END_BYTES;
  if (end < 0 || zip.readUInt32LE(end) !== 0x06054b50) throw new ArchiveCorruptError('no end record: it is cut short, or no zip');
  const count = zip.readUInt16LE(end + 10);
  const directory = zip.readUInt32LE(end + 16);
  const oneDisk = zip.readUInt32LE(end + 4) === 0 && zip.readUInt16LE(end + 8) === count;
  if (!oneDisk || zip.readUInt16LE(end + 20) !== 0) throw new ArchiveCorruptError('the end record is not of a single plain zip');
  if (directory + zip.readUInt32LE(end + 12) !== end) throw new ArchiveCorruptError('the central directory does not end at the end record');

  const entries: ZipEntry[] = [];
  let at = directory;
  let local = 0;
  for (let index = 0; index < count; index += 1) {
    const header = readCentralHeader(zip, at, end);
    if (header.localOffset !== local) throw new ArchiveCorruptError(`entry "${header.name}" does not begin where the one before ends`);
    const { offset, nextLocal } = readLocalHeader(zip, header, directory);
    const { name, method, crc32, bytes, packedBytes } = header;
    entries.push({ name, method, crc32, bytes, packedBytes, offset });
    at = header.nextCentral;
    local = nextLocal;
  }
  if (at !== end || local !== directory) throw new ArchiveCorruptError('bytes that belong to no entry');
  return entries;
}

/**
 * The content of one entry, verified against its CRC-32.
 * @param bytesMax what it may inflate to; an entry that claims more is refused before, one that holds more than it claims while inflating
 * @throws ArchiveCorruptError
 */
export function readEntry(zip: Buffer, entry: ZipEntry, bytesMax: number): Buffer {
  const { name, bytes } = entry;
  if (bytes > bytesMax) throw new ArchiveCorruptError(`entry "${name}" claims ${bytes} bytes, more than the ${bytesMax} it may have`);
  const packed = zip.subarray(entry.offset, entry.offset + entry.packedBytes);
  const content = entry.method === STORED ? packed : inflate(packed, entry);
  if (content.length !== bytes) throw new ArchiveCorruptError(`entry "${name}" holds ${content.length} bytes, not ${bytes}`);
  if (crc32Of(content) !== entry.crc32) throw new ArchiveCorruptError(`entry "${name}" has another CRC-32 than told`);
  return content;
}

interface CentralHeader extends Omit<ZipEntry, 'offset'> {
  flags: number;
  localOffset: number;
  nextCentral: number;
}

function readCentralHeader(zip: Buffer, at: number, end: number): CentralHeader {
  if (at + CENTRAL_BYTES > end || zip.readUInt32LE(at) !== 0x02014b50) throw new ArchiveCorruptError('the central directory is broken');
  const flags = zip.readUInt16LE(at + 8);
  const method = zip.readUInt16LE(at + 10);
  const nameEnd = at + CENTRAL_BYTES + zip.readUInt16LE(at + 28);
  const nextCentral = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  if (nextCentral > end) throw new ArchiveCorruptError('the central directory is broken');
  const name = zip.toString('utf8', at + CENTRAL_BYTES, nameEnd);
  if ((flags & ENCRYPTED) !== 0) throw new ArchiveCorruptError(`entry "${name}" is encrypted`);
  if (method !== STORED && method !== DEFLATED) throw new ArchiveCorruptError(`entry "${name}" is packed by method ${method}`);
  return {
    name,
    method,
    flags,
    crc32: zip.readUInt32LE(at + 16),
    packedBytes: zip.readUInt32LE(at + 20),
    bytes: zip.readUInt32LE(at + 24),
    localOffset: zip.readUInt32LE(at + 42),
    nextCentral,
  };
}

/** Where the packed bytes begin and the next local header is due; whatever the local header tells must agree with the directory. */
function readLocalHeader(zip: Buffer, entry: CentralHeader, directory: number): { offset: number; nextLocal: number } {
  const at = entry.localOffset;
  const broken = (): ArchiveCorruptError =>
    new ArchiveCorruptError(`the local header of entry "${entry.name}" does not agree with the central directory`);
  if (at + LOCAL_BYTES > directory || zip.readUInt32LE(at) !== 0x04034b50) throw broken();
  const nameEnd = at + LOCAL_BYTES + zip.readUInt16LE(at + 26);
  const offset = nameEnd + zip.readUInt16LE(at + 28);
  const packedEnd = offset + entry.packedBytes;
  const described = (entry.flags & HAS_DESCRIPTOR) !== 0;
  const nextLocal = packedEnd + (described ? DESCRIPTOR_BYTES : 0);
  if (nextLocal > directory) throw broken();
  const same = zip.readUInt16LE(at + 6) === entry.flags && zip.readUInt16LE(at + 8) === entry.method;
  if (!same || zip.toString('utf8', at + LOCAL_BYTES, nameEnd) !== entry.name) throw broken();
  if (described && zip.readUInt32LE(packedEnd) !== 0x08074b50) throw broken();
  const sizes = described ? packedEnd + 4 : at + 14;
  const told = [zip.readUInt32LE(sizes), zip.readUInt32LE(sizes + 4), zip.readUInt32LE(sizes + 8)];
  if (told[0] !== entry.crc32 || told[1] !== entry.packedBytes || told[2] !== entry.bytes) throw broken();
  return { offset, nextLocal };
}

function inflate(packed: Buffer, { name, bytes }: ZipEntry): Buffer {
  const limits = { maxOutputLength: Math.max(bytes, 1), chunkSize: Math.max(bytes, 64), info: true };
  let inflated: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    inflated = inflateRawSync(packed, limits) as unknown as typeof inflated;
  } catch (cause) {
    throw new ArchiveCorruptError(`entry "${name}" does not inflate to ${bytes} bytes`, cause);
  }
  if (inflated.engine.bytesWritten !== packed.length) throw new ArchiveCorruptError(`entry "${name}" has bytes after its DEFLATE stream`);
  return inflated.buffer;
}
