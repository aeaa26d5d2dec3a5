import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { madeTrades } from '../../../test/support/made-trades.js';
import { removeSpoolFolder, spoolFolder } from './spool-folder.js';
import type { PartRecord, SpooledWindow } from './spooled-window.js';
import { HandPartition, partRecords, scratchFolder } from './test-parts.js';
import { WindowParts } from './window-parts.js';
import type { WindowPartsOptions } from './window-parts.js';

const HOUR = 'trades/BTC-USD/2023-12-01T13';
const ABANDONED_MS = 60_000;
const scratch = scratchFolder();
afterAll(() => scratch.remove());

let nowMs = 0;
let dropped: string[] = [];
const parts = (options: Partial<WindowPartsOptions> = {}): WindowParts => {
  dropped = [];
  nowMs = 0;
  return new WindowParts({
    folder: scratch.folder,
    abandonedAfterMs: ABANDONED_MS,
    nowMs: () => nowMs,
    onDropped: ({ facts }, why) => dropped.push(`${facts.revision.collectionId.slice(0, 4)} ${why}`),
    ...options,
  });
};

async function text({ csv }: SpooledWindow): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of csv.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Takes a batch and settles what is whole. @returns the windows' CSVs */
async function take(reader: WindowParts, partition: HandPartition, records: readonly PartRecord[]): Promise<string[]> {
  const whole: string[] = [];
  await reader.take(partition.batch(records), async ({ complete }) => {
    for (const window of complete) {
      whole.push(await text(window));
      await reader.settle(window);
    }
  });
  return whole;
}

it('in whatever order, between others and doubled: each window once, its bytes as they were, every record done', async () => {
  const windows = [madeTrades({ window: HOUR, count: 40 }), madeTrades({ window: 'trades/BTC-USD/2023-12-01T14', count: 30 })];
  const records = windows.flatMap((made) => partRecords(made, 300));
  const order = fc.tuple(
    fc.shuffledSubarray(records, { minLength: records.length }),
    fc.array(fc.nat(records.length - 1)),
    fc.integer({ min: 1, max: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(order, async ([shuffled, doubled, size]) => {
      const [reader, partition] = [parts(), new HandPartition()];
      const all = [...shuffled, ...doubled.map((at) => records[at]!)];
      const whole: string[] = [];
      for (let at = 0; at < all.length; at += size) whole.push(...(await take(reader, partition, all.slice(at, at + size))));
      expect(whole.toSorted()).toEqual(windows.map(({ csv }) => csv.toString()).toSorted());
      expect(new Set(partition.done).size).toBe(all.length);
      expect([reader.waiting, readdirSync(scratch.folder)]).toEqual([0, []]);
    }),
    { numRuns: 30 },
  );
});

it('no record is done before its window is answered, and no value is kept in memory', async () => {
  const [reader, partition] = [parts(), new HandPartition()];
  const records = partRecords(madeTrades({ window: HOUR, count: 40 }), 500);
  const batch = partition.batch(records.slice(0, -1));
  await reader.take(batch, ({ complete }) => Promise.resolve(expect(complete).toEqual([])));
  expect([partition.done, batch.records.map(({ value }) => value)]).toEqual([[], batch.records.map(() => null)]);
  expect(await take(reader, partition, records.slice(-1))).toHaveLength(1);
  expect(partition.done).toHaveLength(records.length);
});

it('a batch that comes again after a failure gives the same window', async () => {
  const [reader, partition] = [parts(), new HandPartition()];
  const made = madeTrades({ window: HOUR, count: 20 });
  const batch = partition.batch(partRecords(made, 400));
  await expect(reader.take(batch, () => Promise.reject(new Error('the bucket is away')))).rejects.toThrow('away');
  const seen: string[] = [];
  await reader.take(batch, async ({ complete }) => {
    for (const window of complete) {
      seen.push(await text(window));
      await reader.settle(window);
    }
  });
  expect(seen).toEqual([made.csv.toString()]);
  expect(partition.done.toSorted()).toEqual(batch.records.map(({ offset }) => offset).toSorted());
});

it('after a rebalance the parts are read anew, and nothing is said of those before', async () => {
  const reader = parts();
  const [before, after] = [new HandPartition(), new HandPartition()];
  const records = partRecords(madeTrades({ window: HOUR, count: 20 }), 400);
  const copies = records.map((record) => ({ ...record }));
  await take(reader, before, records.slice(0, 2));
  before.current = false;
  expect(await take(reader, after, copies)).toHaveLength(1);
  expect([before.done, after.done.length]).toEqual([[], copies.length]);
});

it('an incomplete one is dropped once a complete better one was read, not for a worse one', async () => {
  const [reader, partition] = [parts(), new HandPartition()];
  const half = madeTrades({ window: HOUR, count: 20, telling: 'half', collectedAt: '2023-12-01T15:00:00Z' });
  const [worse, better] = ['2023-12-01T14:30:00Z', '2023-12-01T16:00:00Z'].map((collectedAt) =>
    madeTrades({ window: HOUR, count: 20, telling: collectedAt, collectedAt }),
  );
  await take(reader, partition, partRecords(half, 400).slice(0, 2));
  expect(await take(reader, partition, partRecords(worse!, 400))).toHaveLength(1);
  expect(dropped).toEqual([]);
  expect(await take(reader, partition, partRecords(better!, 400))).toHaveLength(1);
  expect(dropped).toEqual([`${half.facts.revision.collectionId.slice(0, 4)} superseded`]);
  expect([reader.waiting, partition.done.length]).toEqual([0, 2 + 2 * partRecords(worse!, 400).length]);
});

it('an incomplete one is dropped long after its last part: by record time, and at the partition’s end by the clock', async () => {
  const [reader, partition] = [parts(), new HandPartition()];
  const half = partRecords(madeTrades({ window: HOUR, count: 20 }), 400).slice(0, 2);
  const other = partRecords(madeTrades({ window: 'trades/BTC-USD/2023-12-01T14', count: 1 }), 400);
  const at = (records: readonly PartRecord[], timestampMs: number): PartRecord[] => records.map((one) => ({ ...one, timestampMs }));
  await take(reader, partition, at(half, 1_000));
  await take(reader, partition, at(other, 1_000 + ABANDONED_MS - 1));
  expect(dropped).toEqual([]);
  await take(
    reader,
    partition,
    at(partRecords(madeTrades({ window: 'trades/BTC-USD/2023-12-01T15', count: 1 }), 400), 1_000 + ABANDONED_MS),
  );
  expect(dropped).toHaveLength(1);

  await take(reader, partition, at(half, 500_000));
  nowMs = 500_000 + ABANDONED_MS - 1;
  await reader.sweep();
  expect(reader.waiting).toBe(1);
  nowMs += 1;
  await reader.sweep();
  expect([reader.waiting, dropped.length, partition.done.length]).toEqual([0, 2, 6]);
});

it('what cannot be a part is refused with what it still tells; a window that is wrong is put aside as it came', async () => {
  const [reader, partition] = [parts(), new HandPartition()];
  const made = madeTrades({ window: HOUR, count: 20 });
  const records = partRecords(made, 700);
  const broken = [
    { ...records[0]!, headers: { elias_window: '{' } },
    { ...records[0]!, key: 'trades/BTC-USD/2023-12-01T14#0' },
  ];
  const other = madeTrades({ window: HOUR, count: 19 });
  await reader.take(partition.batch([records[0]!, ...broken, partRecords(other, 600)[1]!]), ({ refused }) => {
    expect(refused.map(({ reason, told }) => [reason, told.windowId])).toEqual([
      ['not-json', HOUR],
      ['wrong-shape', 'trades/BTC-USD/2023-12-01T14'],
      ['wrong-shape', HOUR],
    ]);
    return Promise.resolve();
  });
  await reader.take(partition.batch(records.slice(1)), async ({ complete }) => reader.refuse(complete[0]!, 'wrong-rows', new Error('x')));
  expect(partition.aside.map(({ reason, bytes }) => [reason, bytes])).toEqual(
    partRecords(made, 700).map(({ value }) => ['wrong-rows', value!.length]),
  );
  expect(reader.waiting).toBe(0);
});

it('a process finds its own folder empty, and removes those of processes that are gone', () => {
  const { folder: dir, remove } = scratchFolder();
  const gone = join(dir, 'elias-archiver-999999999-aaaaaa');
  const others = [join(dir, 'elias-archiver-1-aaaaaa'), join(dir, 'elias-collector-999999999-aaaaaa'), join(dir, 'else')];
  for (const path of [gone, ...others]) mkdirSync(path);
  const own = spoolFolder(dir, 'archiver');
  expect(readdirSync(own)).toEqual([]);
  expect([existsSync(gone), ...others.map((path) => existsSync(path))]).toEqual([false, true, true, true]);
  removeSpoolFolder(own);
  expect(existsSync(own)).toBe(false);
  remove();
});
