import { decodeEvent, revisionFromWire, windowFromWire } from '@elias/contracts';
import type { EventData } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { parseInstant } from '@elias/market-data';
import type { Intake } from './intake.js';
import type { Revocation } from './offered-window.js';

export interface SealedRecord {
  record: ConsumedRecord;
  event: EventData<'archive.sealed'>;
}

/** Records of `elias.archive.objects.v1` by what they mean to a loader. */
export interface ArchiveRecords {
  sealed: SealedRecord[];
  revocations: Revocation[];
  /** no event, or one of a shape that nobody knows */
  refused: Intake[];
}

/** Never throws. `archive.failed` is the archiver's own answer and nothing to load. */
export function sortArchiveRecords(records: readonly ConsumedRecord[]): ArchiveRecords {
  const sorted: ArchiveRecords = { sealed: [], revocations: [], refused: [] };
  for (const record of records) {
    const decoded = decodeEvent(record);
    if (decoded.kind === 'dead-letter') {
      const { reason, cause } = decoded;
      sorted.refused.push({
        record,
        kind: 'refused',
        told: { windowId: record.key ?? '', requestId: null, runId: null, revision: null },
        reason,
        cause,
      });
    } else if (decoded.value.type === 'archive.sealed') {
      sorted.sealed.push({ record, event: decoded.value.data });
    } else if (decoded.value.type === 'archive.revoked') {
      const { window, revision, reason, revoked_at } = decoded.value.data;
      sorted.revocations.push({
        window: windowFromWire(window),
        revision: revisionFromWire(revision),
        // Postgres text holds no NUL, JSON text may.
        reason: reason.replaceAll('\0', ''),
        revokedAtMs: parseInstant(revoked_at),
      });
    }
  }
  return sorted;
}
