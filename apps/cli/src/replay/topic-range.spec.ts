import { rangeEndOption, topicRange } from './topic-range.js';

const BOUNDS = [
  { partition: 0, low: '10', high: '20' },
  { partition: 1, low: '0', high: '0' },
  { partition: 2, low: '5', high: '9' },
];
const at = (offsets: Record<number, bigint>, named: boolean) => ({
  offsets: new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), offset])),
  named,
});

it('is all that is there, up to the end as it is now', () => {
  expect(topicRange(BOUNDS, null, null)).toEqual({
    partitions: [
      { partition: 0, from: '10', to: '20' },
      { partition: 2, from: '5', to: '9' },
    ],
    records: 14,
    lost: [],
  });
});

it('begins and ends where a time does', () => {
  const { partitions, records } = topicRange(BOUNDS, at({ 0: 12n, 1: 0n, 2: 9n }, false), at({ 0: 15n, 1: 0n, 2: 9n }, false));
  expect(partitions).toEqual([{ partition: 0, from: '12', to: '15' }]);
  expect(records).toBe(3);
});

it('takes the partitions whose offsets are named, and no more than there is', () => {
  expect(topicRange(BOUNDS, at({ 0: 18n }, true), at({ 0: 99n }, true)).partitions).toEqual([{ partition: 0, from: '18', to: '20' }]);
});

it('tells what the topic does not hold any more', () => {
  const { lost, partitions } = topicRange(BOUNDS, at({ 0: 3n, 2: 5n }, true), null);
  expect(lost).toEqual([{ partition: 0, wanted: 3n, low: 10n }]);
  expect(partitions[0]).toEqual({ partition: 0, from: '10', to: '20' });
  // nothing of it was asked for
  expect(topicRange(BOUNDS, at({ 0: 3n }, true), at({ 0: 3n }, true)).lost).toEqual([]);
});

it('an end is a time or offsets', () => {
  expect(rangeEndOption('2023-12-01')).toEqual({ kind: 'time', atMs: Date.parse('2023-12-01') });
  expect(rangeEndOption('0:120,3:77')).toEqual({
    kind: 'offsets',
    offsets: new Map([
      [0, 120n],
      [3, 77n],
    ]),
  });
  expect(() => rangeEndOption('0:1,0:2')).toThrow('twice');
  expect(() => rangeEndOption('0:')).toThrow('UTC day');
});
