import { isUtf8 } from 'node:buffer';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { ConsumedRecord } from './record-batch.js';

/** Key and headers as they came, where a string would not carry them: bytes that are no UTF-8, a header that comes twice. */
export interface RawParts {
  key: Buffer | null;
  headers: IHeaders;
}

/** About what V8 keeps beside the bytes of a record; counted so that a queue of small events is bounded too. */
const RECORD_OVERHEAD_BYTES = 512;

/**
 * A kafkajs message as ours. Every byte is copied: kafkajs's buffers are slices of the whole fetch answer, so that one
 * waiting record would hold megabytes.
 */
export function consumedRecord(
  topic: string,
  partition: number,
  message: KafkaMessage,
): { record: ConsumedRecord; bytes: number; raw: RawParts | null } {
  const sourceHeaders = message.headers ?? {};
  const headers: Record<string, string> = {};
  let bytes = RECORD_OVERHEAD_BYTES + (message.key?.length ?? 0) + (message.value?.length ?? 0);
  let plain = message.key === null || isUtf8(message.key);
  for (const [name, value] of Object.entries(sourceHeaders)) {
    plain &&= !Array.isArray(value) && (typeof value === 'string' || value === undefined || isUtf8(value));
    const last = Array.isArray(value) ? value.at(-1) : value;
    const text = last?.toString() ?? '';
    headers[name] = text;
    bytes += name.length + text.length;
  }
  const record: ConsumedRecord = {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString() ?? null,
    value: message.value === null ? null : Buffer.from(message.value),
    headers,
    timestampMs: Number(message.timestamp),
  };
  const raw = plain ? null : { key: message.key === null ? null : Buffer.from(message.key), headers: copiedHeaders(sourceHeaders) };
  return { record, bytes, raw };
}

function copiedHeaders(headers: IHeaders): IHeaders {
  const copied = (value: Buffer | string): Buffer | string => (typeof value === 'string' ? value : Buffer.from(value));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(copied) : value === undefined ? value : copied(value),
    ]),
  );
}
