import { createHash } from 'node:crypto';
import { ArchiveCorruptError, checkArchived, checkWindowCsv, openArchive, openStreamed } from '@elias/archive';
import type { CsvStream, Manifest } from '@elias/archive';
import { revisionFromWire, windowFromWire } from '@elias/contracts';
import type { EventData, Outcome } from '@elias/contracts';
import { EliasError } from '@elias/errors';
import type { ConsumedRecord } from '@elias/kafka';
import { compareRevisions, windowId } from '@elias/market-data';
import type { Intake } from './intake.js';
import { allFacts } from './load-events.js';

export type SealedEvent = EventData<'archive.sealed'>;

/** Where archives are read from. */
export interface ArchiveReader {
  readonly bucket: string;
  /**
   * @throws ObjectStoreUnavailableError read again later
   * @throws ObjectMissingError
   */
  get(key: string, options: { signal?: AbortSignal }): Promise<Buffer>;
}

/**
 * The window that an `archive.sealed` tells of, fetched and checked: the object's hash, the archive itself, that it is the window
 * and revision told, and the CSV's rows.
 * @throws EliasError of disposition `retry` or `stop` only; what is wrong with the archive is an outcome
 */
export async function takeSealedWindow(
  record: ConsumedRecord,
  event: SealedEvent,
  archives: ArchiveReader,
  signal?: AbortSignal,
): Promise<Intake> {
  const { key, bucket, sha256 } = event.archive;
  const file = `s3://${bucket}/${key}`;
  const facts = {
    window: windowFromWire(event.window),
    revision: revisionFromWire(event.revision),
    requestId: event.request_id,
    runId: event.run_id,
    origin: event.origin,
  };
  const refused = (
    reason: 'archive-missing' | 'archive-corrupt' | 'archive-elsewhere' | 'wrong-hash' | 'wrong-rows',
    cause: unknown,
  ): Intake => ({
    record,
    kind: 'refused',
    told: allFacts(facts),
    reason,
    cause: new Error(file, { cause }),
  });
  if (bucket !== archives.bucket) return refused('archive-elsewhere', new RangeError(`archives are read from bucket ${archives.bucket}`));
  let opened: CheckedArchive;
  try {
    const zip = await archives.get(key, signal === undefined ? {} : { signal });
    const found = createHash('sha256').update(zip).digest('hex');
    if (found !== sha256) return refused('wrong-hash', new RangeError(`sha256 of the object is ${found}, not ${sha256}`));
    opened = await checkedArchive(zip, facts.window.dataset === 'trades');
  } catch (error) {
    if (!(error instanceof EliasError) || error.disposition !== 'dead-letter') throw error;
    return refused(error instanceof ArchiveCorruptError ? 'archive-corrupt' : 'archive-missing', error);
  }
  const { manifest, csv, checked } = opened;
  const same =
    windowId(manifest.window) === event.window.id &&
    compareRevisions(manifest.revision, facts.revision) === 0 &&
    manifest.csvSha256 === event.csv_sha256 &&
    manifest.rowCount === event.row_count;
  if (!same) return refused('archive-corrupt', new RangeError('its manifest tells of another window, revision or content than the event'));
  if (checked.kind === 'dead-letter') return refused(checked.reason === 'wrong-hash' ? 'wrong-hash' : 'wrong-rows', checked.cause);
  const { coverage, rowCount, csvSha256 } = manifest;
  return { record, kind: 'offered', window: { facts: { ...facts, coverage, rowCount, csvSha256 }, csv, file } };
}

interface CheckedArchive {
  readonly manifest: Manifest;
  readonly csv: Buffer | CsvStream;
  /** what its rows are worth */
  readonly checked: Outcome<{ rows: number }>;
}

/** Of trades the zip alone is in memory: what is read from it is inflated each time. @throws ArchiveCorruptError */
async function checkedArchive(zip: Buffer, streamed: boolean): Promise<CheckedArchive> {
  if (streamed) {
    const archive = openStreamed(zip);
    return { manifest: archive.manifest, csv: archive.csv, checked: await checkArchived(archive) };
  }
  const { manifest, csv } = openArchive(zip);
  return { manifest, csv, checked: checkWindowCsv(csv, manifest) };
}
