import { openArchive } from '@elias/archive';
import type { OpenedArchive } from '@elias/archive';
import { isBetterRevision } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { z } from 'zod';
import { tellingsOf } from '../replay/archived-windows.js';

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
  for (const { key, markerKey } of await tellingsOf(window, bucket, prefix)) {
    const marker = markerKey === null ? null : markerSchema.parse(JSON.parse((await bucket.get(markerKey)).toString()));
    const zip = await bucket.get(key);
    yield { key, zip, opened: openArchive(zip), revoked: marker === null ? null : { reason: marker.reason, revokedAt: marker.revoked_at } };
  }
}

/** The best telling that is not withdrawn; null when there is none. */
export async function currentSealed(window: Window, bucket: Bucket, prefix: string): Promise<SealedRevision | null> {
  let best: SealedRevision | null = null;
  for await (const sealed of sealedRevisions(window, bucket, prefix)) {
    if (sealed.revoked === null && isBetterRevision(sealed.opened.manifest.revision, best?.opened.manifest.revision)) best = sealed;
  }
  return best;
}
