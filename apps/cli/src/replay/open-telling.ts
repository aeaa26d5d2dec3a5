import { createHash } from 'node:crypto';
import { ArchiveCorruptError, checkArchived, checkWindowCsv, openArchive, openStreamed } from '@elias/archive';
import type { CsvEntry, CsvStream, Manifest } from '@elias/archive';
import type { EventData } from '@elias/contracts';
import { EVENTS, windowFromWire } from '@elias/contracts';
import { isBetterRevision, parseInstant, windowId } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import type { ArchivedTelling, ArchivedWindow } from './archived-windows.js';

export type ReadBucket = Pick<ObjectStore, 'get'>;

/** An archive, read and verified, its rows too. */
export interface OpenedTelling {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly manifest: Manifest;
  readonly csvEntry: CsvEntry;
  /** in memory, or, of trades, inflated as it is read */
  readonly csv: Buffer | CsvStream;
}

/** What is to be told of a window: the best of what counts, and what is withdrawn. */
export interface ChosenTelling {
  /** null when nothing counts */
  readonly best: OpenedTelling | null;
  readonly revoked: readonly EventData<'archive.revoked'>[];
  /** archives that are not what they should be; the next best one stands in for them */
  readonly corrupt: readonly { readonly key: string; readonly error: ArchiveCorruptError }[];
}

/**
 * The telling of a window that is current by its archives alone, or was at an instant: the best by `compareRevisions` of those that were
 * collected by then and not withdrawn by then. When a telling was collected is the exchange's clock and part of its name, so that the
 * answer is the same whenever it is asked, and wherever the archives have been copied to.
 * @param asOfMs null for now
 * @throws ObjectStoreUnavailableError, ObjectMissingError
 */
export async function chooseTelling(
  { tellings, window }: ArchivedWindow,
  bucket: ReadBucket,
  asOfMs: number | null,
): Promise<ChosenTelling> {
  const revoked: EventData<'archive.revoked'>[] = [];
  const corrupt: { key: string; error: ArchiveCorruptError }[] = [];
  let best: OpenedTelling | null = null;
  // the latest first: where nothing is missing it is the best, and of two in memory the worse one goes at once
  for (const telling of [...tellings].sort((a, b) => b.collectedAtMs - a.collectedAtMs)) {
    if (asOfMs !== null && telling.collectedAtMs > asOfMs) continue;
    const marker = telling.markerKey === null ? null : await readMarker(telling.markerKey, bucket);
    if (marker !== null && (asOfMs === null || parseInstant(marker.revoked_at) <= asOfMs)) {
      revoked.push(marker);
      continue;
    }
    try {
      const opened = await openTelling(telling, bucket);
      if (windowId(opened.manifest.window) !== windowId(window))
        throw new ArchiveCorruptError('it holds another window than its name says');
      if (isBetterRevision(opened.manifest.revision, best?.manifest.revision)) best = opened;
    } catch (error) {
      if (!(error instanceof ArchiveCorruptError)) throw error;
      corrupt.push({ key: telling.key, error });
    }
  }
  return { best, revoked, corrupt };
}

/** @throws ArchiveCorruptError */
async function openTelling({ key }: ArchivedTelling, bucket: ReadBucket): Promise<OpenedTelling> {
  const zip = await bucket.get(key);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  const trades = key.includes('_trades_');
  const opened = trades ? openStreamed(zip) : openArchive(zip);
  const checked = Buffer.isBuffer(opened.csv)
    ? checkWindowCsv(opened.csv, opened.manifest)
    : await checkArchived({ ...opened, csv: opened.csv });
  if (checked.kind !== 'ok') throw new ArchiveCorruptError('its rows are not what its manifest says', checked.cause);
  return { key, bytes: zip.length, sha256, manifest: opened.manifest, csvEntry: opened.csvEntry, csv: opened.csv };
}

async function readMarker(key: string, bucket: ReadBucket): Promise<EventData<'archive.revoked'>> {
  const marker = EVENTS['archive.revoked'].schema.parse(JSON.parse((await bucket.get(key)).toString()));
  windowFromWire(marker.window);
  return marker;
}
