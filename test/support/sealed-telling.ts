import { archiveKey, sealArchive } from '@elias/archive';
import type { EventData } from '@elias/contracts';
import { coverageToWire, revisionToWire, TOPICS, windowToWire } from '@elias/contracts';
import type { MadeTelling } from './made-telling.js';

export interface SealedTelling {
  readonly zip: Buffer;
  /** what tells of it */
  readonly event: EventData<'archive.sealed'>;
}

/** A telling as an archive, and the event that tells so. Nothing is stored. */
export async function sealedTelling({ facts, csv }: MadeTelling, bucket: string, prefix: string): Promise<SealedTelling> {
  const { zip, sha256, csvEntry } = await sealArchive(facts, csv);
  const key = archiveKey(prefix, facts.window, facts.revision, facts.csvSha256);
  const event = {
    ...{ request_id: facts.requestId, run_id: facts.runId, origin: facts.origin },
    window: windowToWire(facts.window),
    revision: revisionToWire(facts.revision),
    row_count: facts.rowCount,
    csv_sha256: facts.csvSha256,
    schema_version: facts.schemaVersion,
    coverage: coverageToWire(facts.coverage),
    archive: { bucket, key, bytes: zip.length, sha256 },
    csv_entry: { offset: csvEntry.offset, deflate_bytes: csvEntry.deflateBytes, bytes: csvEntry.bytes, crc32: csvEntry.crc32 },
    source: { topic: TOPICS.windowsCandles.name, partition: 0, offset: '0' },
  };
  return { zip, event };
}

/** The event that withdraws a telling. */
export function withdrawnTelling({ facts: { window, revision } }: MadeTelling, reason: string): EventData<'archive.revoked'> {
  return { window: windowToWire(window), revision: revisionToWire(revision), reason, revoked_at: '2023-12-05T00:00:00Z' };
}
