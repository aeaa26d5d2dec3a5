import { EliasError } from '@elias/errors';

/** No archive of this key was sealed. */
export class ArchiveUnknownError extends EliasError {
  override readonly name = 'ArchiveUnknownError';
  readonly code = 'ELIAS_ARCHIVE_UNKNOWN';
  readonly disposition = 'dead-letter';
  constructor() {
    super('there is no sealed archive of this key');
  }
}
