import { EliasError } from '@elias/errors';

/** An archive cannot be read: cut, altered, or not one of ours. The same bytes are refused again. */
export class ArchiveCorruptError extends EliasError {
  override readonly name = 'ArchiveCorruptError';
  readonly code = 'ELIAS_ARCHIVE_CORRUPT';
  readonly disposition = 'dead-letter';
  /** @param reason what is wrong, in words for people */
  constructor(reason: string, cause?: unknown) {
    super(`not a sound archive: ${reason}`, { cause });
  }
}
