import { TailLog } from './tail-log.js';
import type { TailEntry } from './tail-entry.js';

const entry = (offset: number, bytes = 10): TailEntry => ({
  offset: BigInt(offset),
  type: 'live.trade',
  productId: 'BTC-USD',
  bytes,
  texts: () => [],
});
const offsets = (log: TailLog, partition: number, from: number): (bigint | 'gone')[] => {
  const place = log.find('t', partition)!;
  const found: (bigint | 'gone')[] = [];
  for (let number = from, one = place.entry(number); one !== null; one = place.entry((number += 1))) {
    found.push(one === 'gone' ? one : one.offset);
  }
  return found;
};

it('finds entries by offset, also where compaction left holes', () => {
  const log = new TailLog(1_000);
  log.begin('t', 0, 5n);
  log.append('t', 0, [entry(5), entry(8), entry(9)], 12n);
  const place = log.find('t', 0)!;
  expect([4n, 5n, 6n, 8n, 10n, 12n, 99n].map((offset) => place.numberOf(offset))).toEqual([null, 0, 1, 1, 3, 3, 3]);
  expect(place.end).toBe(12n);
  expect(offsets(log, 0, 1)).toEqual([8n, 9n]);
});

it('gives up the oldest of all partitions, and says that they are gone', () => {
  const log = new TailLog(30);
  log.begin('t', 0, 0n);
  log.begin('t', 1, 100n);
  log.append('t', 0, [entry(0), entry(1)], 2n);
  log.append('t', 1, [entry(100)], 101n);
  log.append('t', 0, [entry(2)], 3n);
  expect(log.bytes).toBe(30);
  expect(offsets(log, 0, 0)).toEqual(['gone', 1n, 2n]);
  log.append('t', 1, [entry(101, 25)], 102n);
  expect(log.bytes).toBe(25);
  expect(log.find('t', 0)!.numberOf(2n)).toBeNull();
  expect(log.find('t', 0)!.numberOf(3n)).toBe(3);
  expect(offsets(log, 1, 1)).toEqual([101n]);
});

it('holds nothing when one entry is larger than all that it may hold', () => {
  const log = new TailLog(20);
  log.begin('t', 0, 0n);
  log.append('t', 0, [entry(0, 5), entry(1, 21)], 2n);
  expect(log.bytes).toBe(0);
  expect(log.find('t', 0)!.numberOf(2n)).toBe(2);
  expect(log.find('t', 0)!.numberOf(1n)).toBeNull();
});

it('tells followers of a partition alone when something came', () => {
  const log = new TailLog(1_000);
  log.begin('t', 0, 0n);
  log.begin('t', 1, 0n);
  let told = 0;
  log.find('t', 0)!.followers.add(() => (told += 1));
  log.append('t', 1, [entry(0)], 1n);
  log.append('t', 0, [entry(0)], 1n);
  expect(told).toBe(1);
  expect(() => log.append('t', 2, [], 0n)).toThrow('was not begun');
});

it('stays in order over many thousand entries', () => {
  const log = new TailLog(100_000);
  log.begin('t', 0, 0n);
  for (let i = 0; i < 50_000; i += 100) {
    const some = Array.from({ length: 100 }, (_, j) => entry(i + j));
    log.append('t', 0, some, BigInt(i + 100));
  }
  const place = log.find('t', 0)!;
  expect(place.numberOf(40_000n)).toBe(40_000);
  expect(place.numberOf(39_999n)).toBeNull();
  expect(offsets(log, 0, 40_000)).toEqual(Array.from({ length: 10_000 }, (_, i) => BigInt(40_000 + i)));
});
