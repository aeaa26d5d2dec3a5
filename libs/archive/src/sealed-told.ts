import { coverageToWire, revisionToWire, windowToWire } from '@elias/contracts';
import type { EventData, WindowFacts } from '@elias/contracts';
import type { CsvEntry } from './zip-entries.js';

/** What `archive.sealed` tells of an archive by itself; who asked for it and which record it came from are the teller's to add. */
export type SealedTold = Omit<EventData<'archive.sealed'>, 'request_id' | 'run_id' | 'origin' | 'source'>;

/** An archive as its event tells of it. */
export function sealedTold(
  facts: Pick<WindowFacts, 'window' | 'revision' | 'rowCount' | 'csvSha256' | 'schemaVersion' | 'coverage'>,
  { offset, deflateBytes, bytes, crc32 }: CsvEntry,
  archive: SealedTold['archive'],
): SealedTold {
  return {
    window: windowToWire(facts.window),
    revision: revisionToWire(facts.revision),
    row_count: facts.rowCount,
    csv_sha256: facts.csvSha256,
    schema_version: facts.schemaVersion,
    coverage: coverageToWire(facts.coverage),
    archive,
    csv_entry: { offset, deflate_bytes: deflateBytes, bytes, crc32 },
  };
}
