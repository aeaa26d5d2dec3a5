import { z } from 'zod';
import type { ConsumedRecord } from './record-batch.js';

/** A frame's head: a header never has more than a window's worth of ranges. */
const HEAD_BYTES_MAX = 4 * 1024 * 1024;
const VALUE_BYTES_MAX = 64 * 1024 * 1024;
const LENGTH_BYTES = 4;

const headSchema = z.object({
  topic: z.string(),
  partition: z.int().min(0),
  offset: z.string().regex(/^\d+$/),
  key: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  timestampMs: z.number(),
  valueBytes: z.int().min(0).max(VALUE_BYTES_MAX).nullable(),
});

/** A record as bytes of a pipe: length of its head, the head as JSON, its value. */
export function recordFrame({ value, ...rest }: ConsumedRecord): Buffer[] {
  const head = Buffer.from(JSON.stringify({ ...rest, valueBytes: value === null ? null : value.length }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return value === null ? [length, head] : [length, head, value];
}

/**
 * Records from a pipe, those of one chunk together.
 * @throws RangeError when the bytes are no frames, or end within one
 */
export async function* recordsOfFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<ConsumedRecord[], void, undefined> {
  const waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    // a large frame is put together once it is there, not with each of its chunks
    if (bytes < missingBytes(waiting)) continue;
    let rest = waiting.length === 1 ? chunk : Buffer.concat(waiting, bytes);
    const records: ConsumedRecord[] = [];
    for (let read = readFrame(rest); read !== null; read = readFrame(rest)) {
      records.push(read.record);
      rest = rest.subarray(read.bytes);
    }
    waiting.splice(0, waiting.length, ...(rest.length === 0 ? [] : [rest]));
    bytes = rest.length;
    if (records.length > 0) yield records;
  }
  if (bytes > 0) throw new RangeError('records end within one');
}

/** Bytes that have to be there before the first frame is whole, as far as the first chunk tells. */
function missingBytes([first]: readonly Buffer[]): number {
  if (first === undefined || first.length < LENGTH_BYTES) return LENGTH_BYTES;
  const headEnd = headEndOf(first);
  if (first.length < headEnd) return headEnd;
  return headEnd + (headOf(first, headEnd).valueBytes ?? 0);
}

function readFrame(bytes: Buffer): { record: ConsumedRecord; bytes: number } | null {
  if (bytes.length < LENGTH_BYTES) return null;
  const headEnd = headEndOf(bytes);
  if (bytes.length < headEnd) return null;
  const { valueBytes, ...rest } = headOf(bytes, headEnd);
  const end = headEnd + (valueBytes ?? 0);
  if (bytes.length < end) return null;
  return { record: { ...rest, value: valueBytes === null ? null : bytes.subarray(headEnd, end) }, bytes: end };
}

function headEndOf(bytes: Buffer): number {
  const headEnd = LENGTH_BYTES + bytes.readUInt32BE(0);
  if (headEnd > HEAD_BYTES_MAX) throw new RangeError('no frame of a record');
  return headEnd;
}

function headOf(bytes: Buffer, headEnd: number): z.output<typeof headSchema> {
  try {
    return headSchema.parse(JSON.parse(bytes.toString('utf8', LENGTH_BYTES, headEnd)));
  } catch (cause) {
    throw new RangeError('no frame of a record', { cause });
  }
}
