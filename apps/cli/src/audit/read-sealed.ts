import { ArchiveCorruptError, archiveKey, checkWindowCsv, openArchive } from '@elias/archive';
import type { OpenedArchive } from '@elias/archive';
import { describeError } from '@elias/errors';
import { isBetterRevision, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { tellingsOf } from '../replay/archived-windows.js';

/** Every archive of a window, read to its last byte. */
export interface SealedArchives {
  /** the best that stands and can be read */
  readonly best: OpenedArchive | null;
  readonly standing: number;
  readonly withdrawn: number;
  /** what is wrong with the first of those that cannot be read, or hold something else than their names say */
  readonly problem: string | null;
}

/**
 * Reads each archive of a window, also those that are not the best: their entries, hashes, rows, and whether they are what their keys name.
 * @throws ObjectStoreUnavailableError
 */
export async function readSealed(window: Window, bucket: Pick<ObjectStore, 'list' | 'get'>, prefix: string): Promise<SealedArchives> {
  const sealed = await tellingsOf(window, bucket, prefix);
  let best: OpenedArchive | null = null;
  let withdrawn = 0;
  let problem: string | null = null;
  for (const { key, markerKey } of sealed) {
    const stands = markerKey === null;
    if (!stands) withdrawn += 1;
    const opened = openSealed(prefix, key, await bucket.get(key));
    if (typeof opened === 'string') problem ??= opened;
    else if (stands && isBetterRevision(opened.manifest.revision, best?.manifest.revision)) best = opened;
  }
  return { best, standing: sealed.length - withdrawn, withdrawn, problem };
}

/** @returns what is wrong with it, when it cannot be taken for what its key names */
function openSealed(prefix: string, key: string, zip: Buffer): OpenedArchive | string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  try {
    const opened = openArchive(zip);
    const { window, revision, csvSha256 } = opened.manifest;
    if (archiveKey(prefix, window, revision, csvSha256) !== key) {
      return `${name} holds another archive: collection ${revision.collectionId} of ${windowId(window)}`;
    }
    const checked = checkWindowCsv(opened.csv, opened.manifest);
    return checked.kind === 'ok' ? opened : `${name}: ${describeError(checked.cause)}`;
  } catch (error) {
    if (!(error instanceof ArchiveCorruptError)) throw error;
    return `${name}: ${describeError(error)}`;
  }
}
