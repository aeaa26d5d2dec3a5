import { sealedTold } from '@elias/archive';
import { PART_BYTES_MAX, TOPICS, encodeEvent, encodeWindowPart, encodeWindowRecord, windowTopic } from '@elias/contracts';
import type { EncodedRecord, EventData, WindowFacts } from '@elias/contracts';
import { partitionOf } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import type { OpenedTelling } from './open-telling.js';

const SOURCE = 'cli';
const LF = 0x0a;

/** Under which ids a replay tells of windows: who asked for them first no archive says. */
export interface ReplayIds {
  readonly requestId: string;
  readonly runId: string;
}

/** What an archive says of itself, as the archiver would tell it; where it came from nobody knows any more. */
export function sealedRecord({ key, bytes, sha256, manifest, csvEntry }: OpenedTelling, bucket: string, ids: ReplayIds): EncodedRecord {
  const data: EventData<'archive.sealed'> = {
    ...{ request_id: ids.requestId, run_id: ids.runId, origin: 'replay' },
    ...sealedTold(manifest, csvEntry, { bucket, key, bytes, sha256 }),
    source: { topic: windowTopic(manifest.window.dataset).name, partition: 0, offset: '0' },
  };
  return encodeEvent('archive.sealed', data, SOURCE);
}

export function revokedRecord(event: EventData<'archive.revoked'>): EncodedRecord {
  return encodeEvent('archive.revoked', event, SOURCE);
}

/** The window as the collector published it: one record, or, of trades, parts of whole lines. One part is in memory at a time. */
export async function* windowRecords(
  { manifest, csv }: Pick<OpenedTelling, 'manifest' | 'csv'>,
  ids: ReplayIds,
): AsyncGenerator<EncodedRecord, void, undefined> {
  const facts: Omit<WindowFacts, 'schemaVersion'> = { ...manifest, ...ids, origin: 'replay' };
  if (Buffer.isBuffer(csv)) {
    yield encodeWindowRecord(facts, csv, SOURCE);
    return;
  }
  let parts = 0;
  for await (const _part of wholeLines(csv.chunks(), PART_BYTES_MAX)) parts += 1;
  let part = 0;
  for await (const bytes of wholeLines(csv.chunks(), PART_BYTES_MAX)) {
    yield encodeWindowPart(facts, { part, parts }, bytes, SOURCE);
    part += 1;
  }
}

/**
 * Bytes cut after line ends, each piece as long as the bound allows.
 * @throws RangeError when a line is longer
 */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > bytesMax) {
      const end = rest.lastIndexOf(LF, bytesMax - 1) + 1;
      if (end === 0) throw new RangeError(`a line is longer than ${bytesMax} bytes`);
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) yield rest;
}

/** A record as if it had been read from Kafka, for a loader that reads from a pipe. */
export function asConsumed({ topic, key, partitionBy, value, headers }: EncodedRecord, offset: bigint): ConsumedRecord {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const partition = partitionOf(partitionBy, topic.partitions);
  return { topic: topic.name, partition, offset: offset.toString(), key, value: bytes, headers, timestampMs: 0 };
}

export const ARCHIVE_OBJECTS = TOPICS.archiveObjects.name;
