import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { S3ReadError } from './copy-source.js';
import type { CopySource, OpenFile, SourceFile } from './copy-source.js';

/** Objects up to this size are fetched while the ones before them are still loaded; 8 of them at most, so 8 MiB in memory. */
const SMALL_FILE_BYTES = 1_048_576;
const FILES_AHEAD = 8;

type Opening = Promise<{ file: OpenFile } | { error: unknown }>;

/**
 * Opens files in order, small ones ahead of their turn: with many small objects the store's answer time would else be all the time.
 * Files that are missing and not mandatory are passed over, but one at least must be there.
 */
export async function* openAhead(
  files: readonly SourceFile[],
  source: CopySource,
  signal: AbortSignal,
): AsyncGenerator<{ file: SourceFile; open: OpenFile }> {
  const openings = new Map<number, Opening>();
  let missing: unknown;
  let openedCount = 0;
  for (const [index, file] of files.entries()) {
    for (let ahead = index + 1; ahead < files.length && ahead <= index + FILES_AHEAD; ahead += 1) {
      const next = files[ahead]!;
      if (next.bytes !== null && next.bytes <= SMALL_FILE_BYTES && !openings.has(ahead))
        openings.set(ahead, fetchWhole(next, source, signal));
    }
    const opened = await (openings.get(index) ?? open(file, source, signal));
    openings.delete(index);
    if ('file' in opened) {
      openedCount += 1;
      yield { file, open: opened.file };
    } else if (file.mandatory || !isMissing(opened.error)) {
      throw opened.error;
    } else {
      missing = opened.error;
    }
  }
  if (openedCount === 0 && missing !== undefined) throw missing;
}

const isMissing = (error: unknown): boolean => error instanceof S3ReadError && error.awsCode === 'NoSuchKey';

function open(file: SourceFile, source: CopySource, signal: AbortSignal): Opening {
  return source.open(file, signal).then(
    (opened) => ({ file: opened }),
    (error: unknown) => ({ error }),
  );
}

async function fetchWhole(file: SourceFile, source: CopySource, signal: AbortSignal): Opening {
  const opened = await open(file, source, signal);
  if ('error' in opened || (opened.file.bytes ?? Infinity) > SMALL_FILE_BYTES) return opened;
  try {
    const bytes = await buffer(opened.file.body);
    return { file: { body: Readable.from([bytes]), bytes: bytes.length } };
  } catch (error) {
    return { error };
  }
}
