import { archiveFolder, openArchive, parseArchiveKey, revokedMarkerKey } from '@elias/archive';
import type { OpenedArchive } from '@elias/archive';
import { compareRevisions, windowId } from '@elias/market-data';
import type { Revision, Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { z } from 'zod';

type Bucket = Pick<ObjectStore, 'bucket' | 'list' | 'get'>;

/** A telling of a window that lies in the bucket. */
export interface SealedRevision {
  readonly key: string;
  readonly zip: Buffer;
  readonly opened: OpenedArchive;
  /** what the marker beside it says; null when it stands */
  readonly revoked: { readonly reason: string; readonly revokedAt: string } | null;
}

const markerSchema = z.object({ reason: z.string(), revoked_at: z.string() });

/**
 * Every telling of a window, the best first, by the archives themselves. One of them is in memory at a time until it is given.
 * @throws ArchiveCorruptError
 */
export async function* sealedRevisions(window: Window, bucket: Bucket, prefix: string): AsyncGenerator<SealedRevision, void, void> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(`${archiveFolder(prefix, window)}/`)) keys.push(key);
  for (const key of keys) {
    const parsed = parseArchiveKey(prefix, key);
    // an hour's folder has the other hours of the day too
    if (parsed === null || windowId(parsed.window) !== windowId(window)) continue;
    const marker = keys.includes(revokedMarkerKey(key))
      ? markerSchema.parse(JSON.parse((await bucket.get(revokedMarkerKey(key))).toString()))
      : null;
    const zip = await bucket.get(key);
    yield { key, zip, opened: openArchive(zip), revoked: marker === null ? null : { reason: marker.reason, revokedAt: marker.revoked_at } };
  }
}

/** The best telling that is not withdrawn; null when there is none. */
export async function currentSealed(window: Window, bucket: Bucket, prefix: string): Promise<SealedRevision | null> {
  let best: SealedRevision | null = null;
  for await (const sealed of sealedRevisions(window, bucket, prefix)) {
    if (sealed.revoked === null && (best === null || isBetter(sealed, best))) best = sealed;
  }
  return best;
}

const revisionOf = ({ opened }: SealedRevision): Revision => opened.manifest.revision;
const isBetter = (a: SealedRevision, b: SealedRevision): boolean => compareRevisions(revisionOf(a), revisionOf(b)) > 0;
