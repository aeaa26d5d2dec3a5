import type { Checksum } from '@elias/archive';

/** Where archives lie. Every method is safe to repeat after a crash or a lost answer. */
export interface ArchiveStore {
  readonly bucket: string;
  /**
   * Writes an object unless one has its key; durable once it resolves.
   * @param sha256 hex, of the bytes
   * @returns null when these bytes were written now, else the bytes that stood there
   * @throws ObjectStoreUnavailableError
   */
  putOnce(key: string, bytes: Buffer, sha256: string, signal: AbortSignal): Promise<Buffer | null>;
  /**
   * Sees to it that the list has the line, whoever else writes to it at the same time.
   * @throws ObjectStoreUnavailableError, PreconditionFailedError when others were faster again and again
   */
  addChecksum(listKey: string, checksum: Checksum, signal: AbortSignal): Promise<void>;
}
