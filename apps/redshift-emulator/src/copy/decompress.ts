import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { CopyOptions } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';

/** Bytes per chunk that leaves the decompressor. */
const CHUNK_BYTES = 131_072;

/**
 * A file's bytes, decompressed.
 * @throws RedshiftError (from the stream) bytes that are not of the named compression, or cut short
 */
export async function* decompressed(body: Readable, compression: CopyOptions['compression'], url: string): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    yield* body as AsyncIterable<Buffer>;
    return;
  }
  const stream = compression === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
  // errors of either side come out of the iteration below
  pipeline(body, stream, () => undefined);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!code.startsWith('Z_') && !code.startsWith('ZSTD')) throw error;
    throw new RedshiftError(`Error decompressing file ${url}: not valid ${compression.toUpperCase()} data`, { cause: error });
  } finally {
    body.destroy();
  }
}
