import { openStreamed, revokedMarkerKey } from '@elias/archive';
import type { EncodedRecord } from '@elias/contracts';
import { encodeEvent, revisionToWire, windowToWire } from '@elias/contracts';
import { EliasError } from '@elias/errors';
import { formatInstant, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { PreconditionFailedError } from '@elias/object-store';
import { windowRecords } from '../replay/replay-records.js';
import { currentSealed, sealedRevisions } from './sealed-revisions.js';
import type { SealedRevision } from './sealed-revisions.js';

/** The revision cannot be withdrawn. */
export class RevokeRefusedError extends EliasError {
  override readonly name = 'RevokeRefusedError';
  readonly code = 'ELIAS_REVOKE_REFUSED';
  readonly disposition = 'stop';
}

export interface RevokeParts {
  readonly bucket: Pick<ObjectStore, 'bucket' | 'list' | 'get' | 'put'>;
  readonly prefix: string;
  /** durable once it resolves */
  send(record: EncodedRecord): Promise<unknown>;
  /** has the topic's compaction forget the window; durable once it resolves */
  forget(window: Window): Promise<unknown>;
  /** resolves when Postgres has noted the withdrawal, with false when it did not in time */
  noted(window: Window, collectionId: string): Promise<boolean>;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

export interface Revoked {
  readonly sealed: SealedRevision;
  /** the best telling that is left, which was published again; null when there is none */
  readonly remaining: SealedRevision | null;
  /** Postgres has noted it; else rds-loader is away or behind, and `remaining` was not published yet: the same call again goes on */
  readonly noted: boolean;
}

/**
 * Withdraws a telling of a window: a marker beside the archive, then `archive.revoked`, and when it is noted the best remaining one is
 * published again from its zip, so that it comes to the archiver and both stores the way every window does. Each step may be repeated:
 * after a crash the same call goes on.
 * @param collectionId of the telling, or its last 8 digits
 * @throws RevokeRefusedError
 */
export async function revokeRevision(window: Window, collectionId: string, reason: string, parts: RevokeParts): Promise<Revoked> {
  const sealed = await find(window, collectionId, parts);
  const { revision } = sealed.opened.manifest;
  const mark = sealed.revoked ?? (await setMarker(sealed, window, reason, parts));
  await parts.send(
    encodeEvent(
      'archive.revoked',
      { window: windowToWire(window), revision: revisionToWire(revision), reason: mark.reason, revoked_at: mark.revokedAt },
      'cli',
    ),
  );
  const remaining = await currentSealed(window, parts.bucket, parts.prefix);
  const noted = await parts.noted(window, revision.collectionId);
  if (noted) await (remaining === null ? parts.forget(window) : publishAgain(remaining, parts));
  return { sealed, remaining, noted };
}

async function find(window: Window, collectionId: string, { bucket, prefix }: RevokeParts): Promise<SealedRevision> {
  const found: SealedRevision[] = [];
  for await (const sealed of sealedRevisions(window, bucket, prefix)) {
    if (sealed.opened.manifest.revision.collectionId.endsWith(collectionId)) found.push(sealed);
  }
  if (found.length === 1) return found[0]!;
  const what = found.length === 0 ? 'no archive' : 'more than one archive';
  throw new RevokeRefusedError(`${what} of ${windowId(window)} is of the collection ${collectionId}`);
}

/** The marker that stands, ours or somebody's who came first. */
async function setMarker(
  sealed: SealedRevision,
  window: Window,
  reason: string,
  { bucket, nowMs }: RevokeParts,
): Promise<{ reason: string; revokedAt: string }> {
  const revokedAt = formatInstant(Math.floor(nowMs() / 1_000) * 1_000);
  const { revision } = sealed.opened.manifest;
  const marker = { window: windowToWire(window), revision: revisionToWire(revision), reason, revoked_at: revokedAt };
  const key = revokedMarkerKey(sealed.key);
  try {
    await bucket.put(key, Buffer.from(`${JSON.stringify(marker)}\n`), { ifNoneMatch: '*', contentType: 'application/json' });
    return { reason, revokedAt };
  } catch (error) {
    if (!(error instanceof PreconditionFailedError)) throw error;
    const standing = JSON.parse((await bucket.get(key)).toString()) as typeof marker;
    return { reason: standing.reason, revokedAt: standing.revoked_at };
  }
}

/** As the collector published it; of trades in parts, of which one is in memory at a time. */
async function publishAgain({ zip, opened }: SealedRevision, { send, newId }: RevokeParts): Promise<void> {
  const csv = opened.manifest.window.dataset === 'trades' ? openStreamed(zip).csv : opened.csv;
  const ids = { requestId: newId(), runId: newId() };
  for await (const record of windowRecords({ manifest: opened.manifest, csv }, ids)) await send(record);
}
