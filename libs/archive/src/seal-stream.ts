import { createHash } from 'node:crypto';
import { constants, crc32, createDeflateRaw } from 'node:zlib';
import type { Outcome } from '@elias/contracts';
import { ok } from '@elias/contracts';
import { archiveName } from './archive-key.js';
import type { CsvStream, TradeFacts } from './check-window-stream.js';
import { CheckWindowStream } from './check-window-stream.js';
import { DEFLATE_LEVEL, DEFLATE_WINDOW_BITS } from './deflate-bytes.js';
import { encodeManifest, MANIFEST_ENTRY } from './manifest.js';
import { csvEntryOf } from './open-archive.js';
import type { SealedArchive, SealedFacts } from './seal-archive.js';
import { writeZip } from './write-zip.js';

/** The compressor is fed in blocks of this size, however the CSV comes in, so that its output follows from the CSV alone. */
const BLOCK_BYTES = 64 * 1024;

/**
 * Packs a window of trades as `sealArchive` does, and checks it on the way, in one pass. Holds the packed bytes, a third of the CSV, and never
 * the CSV.
 * @returns a wrong CSV is an outcome
 * @throws whatever the stream throws
 */
export async function sealStream(facts: SealedFacts & TradeFacts, csv: CsvStream): Promise<Outcome<SealedArchive>> {
  const check = new CheckWindowStream(facts);
  const packer = new Packer();
  let crc = 0;
  let bytes = 0;
  for await (const block of inBlocks(csv.chunks(), BLOCK_BYTES)) {
    check.push(block);
    crc = crc32(block, crc);
    bytes += block.length;
    await packer.write(block);
  }
  const deflated = await packer.end();
  const checked = check.end();
  if (checked.kind !== 'ok') return checked;
  const csvName = `${archiveName(facts.window, facts.revision, facts.csvSha256)}.csv`;
  const { zip, entries } = writeZip([
    { name: csvName, content: { bytes, crc32: crc }, deflated },
    { name: MANIFEST_ENTRY, content: encodeManifest({ ...facts, csvName, csvBytes: bytes }), deflated: null },
  ]);
  return ok({ zip, sha256: createHash('sha256').update(zip).digest('hex'), csvEntry: csvEntryOf(entries[0]!) });
}

/** Raw DEFLATE of what is written, piece by piece. */
class Packer {
  private readonly stream = createDeflateRaw({ level: DEFLATE_LEVEL, windowBits: DEFLATE_WINDOW_BITS, chunkSize: BLOCK_BYTES });
  private readonly pieces: Buffer[] = [];
  private failure: Error | undefined;

  constructor() {
    this.stream.on('data', (piece: Buffer) => this.pieces.push(piece));
    this.stream.on('error', (error) => (this.failure = error));
  }

  write(block: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => this.stream.write(block, (error) => (error ? reject(error) : resolve())));
  }

  end(): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.stream.once('error', reject);
      this.stream.flush(constants.Z_FINISH, () => {
        this.stream.destroy();
        resolve(this.pieces);
      });
    });
  }
}

/** The same bytes in blocks of one size; the last may be shorter. A block is good until the next is asked for. */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const block = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - at);
      block.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < size) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
