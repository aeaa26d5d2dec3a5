import { describeError } from '@elias/errors';
import type { RawParts } from './consumed-record.js';
import type { ConsumedRecord } from './record-batch.js';
import type { RawRecord } from './record-producer.js';

/** Why a record was put aside, and where it came from. */
export interface DeadLetter {
  /** the consumer group that could not process it */
  group: string;
  topic: string;
  partition: number;
  offset: string;
  /** a short constant such as `not-json` */
  reason: string;
  /** messages of the error and its causes, at most 2,000 characters */
  cause: string;
  /** how often the record was handed to a handler, at least 1 */
  attempts: number;
  /** key of the original record */
  key: string | null;
  /** bytes of a value that was too large for the dead-letter topic and stays at its origin; else null */
  omittedValueBytes: number | null;
}

const HEADER = {
  group: 'elias_dlq_group',
  topic: 'elias_dlq_topic',
  partition: 'elias_dlq_partition',
  offset: 'elias_dlq_offset',
  reason: 'elias_dlq_reason',
  cause: 'elias_dlq_cause',
  attempts: 'elias_dlq_attempts',
  key: 'elias_dlq_key',
  omittedValueBytes: 'elias_dlq_omitted_value_bytes',
} as const;

const CAUSE_CHARACTERS_MAX = 2_000;

/** Key of a dead letter: two attempts at the same record meet under one key. */
export function deadLetterKey(origin: Pick<DeadLetter, 'group' | 'topic' | 'partition' | 'offset'>): string {
  return `${origin.group}+${origin.topic}+${origin.partition}+${origin.offset}`;
}

/** The record as it came, with reason and origin as headers beside its own. */
export function encodeDeadLetter(
  record: ConsumedRecord,
  raw: RawParts | null,
  why: { group: string; reason: string; cause: unknown; attempts: number; omitValue?: boolean },
  target: { topic: string; partition: number },
): RawRecord {
  const key = raw === null ? record.key : raw.key;
  const headers: RawRecord['headers'] = {
    ...(raw === null ? record.headers : (raw.headers as RawRecord['headers'])),
    [HEADER.group]: why.group,
    [HEADER.topic]: record.topic,
    [HEADER.partition]: String(record.partition),
    [HEADER.offset]: record.offset,
    [HEADER.reason]: why.reason,
    [HEADER.cause]: why.cause === undefined || why.cause === null ? '' : describeError(why.cause).slice(0, CAUSE_CHARACTERS_MAX),
    [HEADER.attempts]: String(why.attempts),
    ...(key === null ? {} : { [HEADER.key]: key }),
    ...(why.omitValue === true ? { [HEADER.omittedValueBytes]: String(record.value?.length ?? 0) } : {}),
  };
  return {
    ...target,
    key: deadLetterKey({ group: why.group, topic: record.topic, partition: record.partition, offset: record.offset }),
    value: why.omitValue === true ? null : record.value,
    headers,
  };
}

/** Reads a record of a dead-letter topic; null if its headers do not say where it came from. */
export function decodeDeadLetter(record: Pick<ConsumedRecord, 'headers'>): DeadLetter | null {
  const { headers } = record;
  const [group, topic, offset, reason] = [headers[HEADER.group], headers[HEADER.topic], headers[HEADER.offset], headers[HEADER.reason]];
  const partition = Number(headers[HEADER.partition]);
  if (group === undefined || topic === undefined || reason === undefined || offset === undefined) return null;
  if (!Number.isInteger(partition) || !/^\d+$/.test(offset)) return null;
  const omitted = headers[HEADER.omittedValueBytes];
  return {
    group,
    topic,
    partition,
    offset,
    reason,
    cause: headers[HEADER.cause] ?? '',
    attempts: Number(headers[HEADER.attempts] ?? 1),
    key: headers[HEADER.key] ?? null,
    omittedValueBytes: omitted === undefined ? null : Number(omitted),
  };
}

/** The headers that the record had before it was put aside, for sending it again. */
export function originalHeaders(record: Pick<ConsumedRecord, 'headers'>): Record<string, string> {
  const ours = new Set<string>(Object.values(HEADER));
  return Object.fromEntries(Object.entries(record.headers).filter(([name]) => !ours.has(name)));
}
