import fc from 'fast-check';
import { recordSizeBytes, splitSends } from './split-sends.js';

const LIMITS = { records: 10, bytes: 1_000, recordsPerPartition: 4, bytesPerPartition: 400 };
const record = (partition: number, size: number) => ({ topic: 't', partition, key: null, value: Buffer.alloc(size) });

it('counts a record with its key, value and headers', () => {
  const bare = recordSizeBytes({ key: null, value: null });
  expect(recordSizeBytes({ key: 'ä', value: 'abc', headers: { h: 'xy' } })).toBe(bare + 2 + 3 + 16 + 1 + 2);
  expect(recordSizeBytes({ key: null, value: Buffer.alloc(9) })).toBe(bare + 9);
});

it('keeps every bound, every record, and the order', () => {
  const records = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 700 })), { maxLength: 60 });
  fc.assert(
    fc.property(records, (shapes) => {
      const all = shapes.map(([partition, size]) => record(partition, size));
      const sends = splitSends(all, LIMITS);
      expect(sends.flat()).toEqual(all);
      for (const send of sends) {
        expect(send.length).toBeGreaterThan(0);
        expect(send.length).toBeLessThanOrEqual(LIMITS.records);
        const bytes = send.reduce((sum, each) => sum + recordSizeBytes(each), 0);
        expect(send.length === 1 || bytes <= LIMITS.bytes).toBe(true);
        for (const partition of [0, 1, 2, 3]) {
          const own = send.filter((each) => each.partition === partition);
          const ownBytes = own.reduce((sum, each) => sum + recordSizeBytes(each), 0);
          expect(own.length).toBeLessThanOrEqual(LIMITS.recordsPerPartition);
          expect(own.length <= 1 || ownBytes <= LIMITS.bytesPerPartition).toBe(true);
        }
      }
    }),
  );
});

it('stays within kafkajs’s bearable sizes by default', () => {
  const sends = splitSends(Array.from({ length: 60_000 }, (_, index) => record(index % 12, 20)));
  expect(Math.max(...sends.map(({ length }) => length))).toBe(5_000);
  const onePartition = splitSends(Array.from({ length: 5_000 }, () => record(0, 20)));
  expect(onePartition.map(({ length }) => length)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
  const windows = splitSends(Array.from({ length: 48 }, (_, index) => record(index % 12, 300_000)));
  expect(windows.every((send) => send.length * 300_000 <= 4 * 1024 * 1024)).toBe(true);
  expect(splitSends([])).toEqual([]);
});
