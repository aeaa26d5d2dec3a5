import { decodeDeadLetter, encodeDeadLetter, originalHeaders } from './dead-letter.js';

const record = {
  topic: 'elias.loads.v1',
  partition: 3,
  offset: '41',
  key: 'candles/60/BTC-USD/2023-12-01',
  value: Buffer.from('{'),
  headers: { ce_id: 'x', elias_dlq_reason: 'an earlier one' },
  timestampMs: 5,
};
const why = { group: 'archiver', reason: 'not-json', cause: new Error('a', { cause: new Error('b') }), attempts: 2 };
const target = { topic: 'elias.dlq.archiver.v1', partition: 0 };

function asConsumed(headers: Record<string, unknown>): { headers: Record<string, string> } {
  return { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])) };
}

it('keeps the record as it came, and tells reason and origin', () => {
  const letter = encodeDeadLetter(record, null, why, target);
  expect(letter).toMatchObject({ ...target, key: 'archiver+elias.loads.v1+3+41', value: record.value });
  expect(decodeDeadLetter(asConsumed(letter.headers))).toEqual({
    group: 'archiver',
    topic: 'elias.loads.v1',
    partition: 3,
    offset: '41',
    reason: 'not-json',
    cause: 'a: b',
    attempts: 2,
    key: record.key,
    omittedValueBytes: null,
  });
  expect(originalHeaders(asConsumed(letter.headers))).toEqual({ ce_id: 'x' });
});

it('keeps bytes that no string could carry', () => {
  const binary = Buffer.from([0xff, 0x00]);
  const letter = encodeDeadLetter(record, { key: binary, headers: { trace: [binary, 'y'] } }, why, target);
  expect(letter.headers).toMatchObject({ trace: [binary, 'y'], elias_dlq_key: binary });
});

it('names the size of a value that it leaves out, has no key header without a key, and bounds the cause', () => {
  const letter = encodeDeadLetter({ ...record, key: null }, null, { ...why, cause: 'x'.repeat(9_999), omitValue: true }, target);
  expect(letter.value).toBeNull();
  expect(decodeDeadLetter(asConsumed(letter.headers))).toMatchObject({ key: null, omittedValueBytes: 1, cause: 'x'.repeat(2_000) });
});

it.each<Record<string, string>>([
  {},
  { elias_dlq_group: 'a', elias_dlq_topic: 't', elias_dlq_reason: 'r', elias_dlq_partition: 'x', elias_dlq_offset: '1' },
])('takes headers %j for none of its own', (headers) => {
  expect(decodeDeadLetter({ headers })).toBeNull();
});
