import type { ConsumedRecord } from './record-batch.js';
import { recordFrame, recordsOfFrames } from './record-frames.js';

const record = (offset: number, value: Buffer | null): ConsumedRecord => ({
  ...{ topic: 'a.topic', partition: 3, offset: String(offset), key: offset === 2 ? null : `key ${offset}` },
  ...{ value, headers: { ce_type: 'ä' }, timestampMs: 1_700_000_000_000 + offset },
});
const RECORDS = [record(0, Buffer.from('first\n')), record(1, null), record(2, Buffer.alloc(300, 7)), record(3, Buffer.alloc(0))];

async function* cut(bytes: Buffer, at: number): AsyncGenerator<Buffer, void, undefined> {
  for (let from = 0; from < bytes.length; from += at) yield await Promise.resolve(bytes.subarray(from, from + at));
}

async function read(bytes: Buffer, at: number): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  for await (const some of recordsOfFrames(cut(bytes, at))) records.push(...some);
  return records;
}

const BYTES = Buffer.concat(RECORDS.flatMap(recordFrame));

it.each([1, 3, 7, 64, 250, 10_000])('records come out of a pipe as they went in, %d bytes at a time', async (at) => {
  expect(await read(BYTES, at)).toEqual(RECORDS);
});

it('an end within a record is told', async () => {
  await expect(read(BYTES.subarray(0, -1 - recordFrame(RECORDS[3]!)[1]!.length), 64)).rejects.toThrow('end within one');
});

it('other bytes are no records', async () => {
  await expect(read(Buffer.from('{"topic":"a"}\n'.repeat(400_000)), 65_536)).rejects.toThrow('no frame');
  await expect(read(Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from('{}')]), 64)).rejects.toThrow('no frame');
});
