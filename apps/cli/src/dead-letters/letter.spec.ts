import type { ConsumedRecord } from '@elias/kafka';
import { isLetterTopic, isMeant, placeOfLetter, readLetter } from './letter.js';

const record: ConsumedRecord = {
  topic: 'elias.dlq.elias-archiver.v1',
  partition: 0,
  offset: '12',
  key: 'elias-archiver+elias.windows.candles.v1+3+44',
  value: null,
  headers: {
    elias_dlq_group: 'elias-archiver',
    elias_dlq_topic: 'elias.windows.candles.v1',
    elias_dlq_partition: '3',
    elias_dlq_offset: '44',
    elias_dlq_reason: 'wrong-hash',
  },
  timestampMs: 1_000,
};

it('has an id that leads back to it', () => {
  const letter = readLetter(record, null)!;
  expect(letter.id).toBe('elias-archiver/0/12');
  expect(placeOfLetter(letter.id)).toEqual({ topic: record.topic, partition: 0, offset: '12' });
  expect(readLetter({ ...record, headers: {} }, null)).toBeNull();
});

it.each(['', 'elias-archiver', 'elias-archiver/0', 'elias-archiver/0/-1', 'a b/0/1', 'elias-archiver/0/1/2'])('is not led by %j', (id) => {
  expect(() => placeOfLetter(id)).toThrow(RangeError);
});

it('is meant by group, reason and time, the end excluded', () => {
  const letter = readLetter(record, null)!;
  expect(
    [{}, { group: 'elias-archiver' }, { reason: 'wrong-hash', sinceMs: 1_000, untilMs: 1_001 }].map((filter) => isMeant(letter, filter)),
  ).toEqual([true, true, true]);
  expect([{ group: 'x' }, { reason: 'x' }, { sinceMs: 1_001 }, { untilMs: 1_000 }].map((filter) => isMeant(letter, filter))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('knows its topics', () => {
  expect(['elias.dlq.elias-archiver.v1', 'elias.dlq..v1', 'elias.loads.v1'].map(isLetterTopic)).toEqual([true, false, false]);
});
