import { sealedTold } from '@elias/archive';
import type { SealedArchive } from '@elias/archive';
import type { DeadLetterReason, EncodedRecord, WindowFacts } from '@elias/contracts';
import { encodeEvent, revisionToWire } from '@elias/contracts';
import { describeError } from '@elias/errors';
import type { ConsumedRecord } from '@elias/kafka';
import type { PartialFacts } from './take-window-record.js';

/** Where the stages' answers go; resolves once they are durable. */
export interface ArchiveEvents {
  /** @throws KafkaUnavailableError some may be durable; telling all of them again is right */
  announce(events: EncodedRecord[], signal: AbortSignal): Promise<void>;
}

/** Why a window was not archived; beyond what intake finds, what stood under its key. */
export type ArchiveFailure = DeadLetterReason | 'stored-corrupt' | 'stored-differs';

/** The object that holds the window: ours, or the equal one that stood there. */
export interface StoredArchive {
  bucket: string;
  key: string;
  bytes: number;
  sha256: string;
  csvEntry: SealedArchive['csvEntry'];
}

type Source = Pick<ConsumedRecord, 'topic' | 'partition' | 'offset'>;

const APP = 'archiver';
const DETAIL_CHARACTERS_MAX = 4_000;

export function sealedEvent(facts: WindowFacts, stored: StoredArchive, source: Source): EncodedRecord {
  const { bucket, key, bytes, sha256, csvEntry } = stored;
  const data = {
    request_id: facts.requestId,
    run_id: facts.runId,
    origin: facts.origin,
    ...sealedTold(facts, csvEntry, { bucket, key, bytes, sha256 }),
    source: placeOf(source),
  };
  return encodeEvent('archive.sealed', data, APP);
}

export function failedEvent(told: PartialFacts, reason: ArchiveFailure, cause: unknown, source: Source): EncodedRecord {
  const data = {
    request_id: told.requestId,
    run_id: told.runId,
    window_id: told.windowId,
    revision: told.revision === null ? null : revisionToWire(told.revision),
    reason,
    detail: describeError(cause).slice(0, DETAIL_CHARACTERS_MAX),
    source: placeOf(source),
  };
  return encodeEvent('archive.failed', data, APP);
}

/** An answer carries the trace that its window came with. */
export function traced({ headers: { traceparent } }: Pick<ConsumedRecord, 'headers'>, event: EncodedRecord): EncodedRecord {
  return traceparent === undefined ? event : { ...event, headers: { ...event.headers, traceparent } };
}

function placeOf({ topic, partition, offset }: Source): Source {
  return { topic, partition, offset };
}
