import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { RequestIntake } from './request-intake.js';

const record = (offset: number, key: string | null = `window ${offset}`, partition = 0): ConsumedRecord => ({
  topic: 'requests',
  partition,
  offset: String(offset),
  key,
  value: null,
  headers: {},
  timestampMs: 0,
});
const batchOf = (records: ConsumedRecord[], signal = new AbortController().signal): RecordBatch =>
  new RecordBatch({ topic: 'requests', partition: records[0]!.partition, records, signal });
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

let begun: string[];
let finish: Map<string, (error?: Error) => void>;
let bugs: unknown[];

beforeEach(() => {
  begun = [];
  finish = new Map();
  bugs = [];
});

const intake = (aheadMax = 3, atOnce = 10): RequestIntake =>
  new RequestIntake({
    aheadMax,
    atOnce,
    answer: ({ signal }, { offset }) =>
      new Promise((resolve, reject) => {
        begun.push(offset);
        finish.set(offset, (error) => (error === undefined ? resolve() : reject(error)));
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    onBug: (error) => bugs.push(error),
  });

it('takes so many of a partition ahead, and the next when any of them is done', async () => {
  const requests = intake(3);
  let taken = false;
  void requests.take(batchOf([0, 1, 2, 3, 4].map((offset) => record(offset)))).then(() => (taken = true));
  await soon();
  expect(begun).toEqual(['0', '1', '2']);
  finish.get('1')!();
  await soon();
  expect(begun).toEqual(['0', '1', '2', '3']);
  finish.get('0')!();
  await soon();
  expect(begun).toEqual(['0', '1', '2', '3', '4']);
  expect(taken).toBe(true);
  expect(requests.size).toBe(3);
});

it('lets no partition wait for another', async () => {
  const requests = intake(1);
  void requests.take(batchOf([record(0), record(1)]));
  await requests.take(batchOf([record(7, 'other window', 5)]));
  await soon();
  expect(begun).toEqual(['0', '7']);
});

it('serves only so many at once', async () => {
  const requests = intake(8, 2);
  await requests.take(batchOf([0, 1, 2].map((offset) => record(offset))));
  await soon();
  expect(begun).toEqual(['0', '1']);
  finish.get('0')!();
  await soon();
  expect(begun).toEqual(['0', '1', '2']);
});

it('serves one request of a window at a time, in order', async () => {
  const requests = intake(8);
  await requests.take(batchOf([record(0, 'a'), record(1, 'a'), record(2, 'b'), record(3, 'a')]));
  await soon();
  expect(begun).toEqual(['0', '2']);
  finish.get('0')!();
  await soon();
  expect(begun).toEqual(['0', '2', '1']);
  finish.get('1')!();
  await soon();
  expect(begun).toEqual(['0', '2', '1', '3']);
});

it('drops what is in hand when the partition may be somebody else’s, and begins none of the rest', async () => {
  const requests = intake(2);
  const stop = new AbortController();
  const taking = requests.take(
    batchOf(
      [0, 1, 2, 3].map((offset) => record(offset)),
      stop.signal,
    ),
  );
  await soon();
  stop.abort(new Error('joined anew'));
  await taking;
  await soon();
  expect(begun).toEqual(['0', '1']);
  expect(requests.size).toBe(0);
  expect(bugs).toEqual([]);
});

it('the same window may be served anew after that', async () => {
  const requests = intake();
  const stop = new AbortController();
  await requests.take(batchOf([record(0, 'a')], stop.signal));
  await requests.take(batchOf([record(0, 'a')]));
  await soon();
  expect(begun).toEqual(['0']);
  stop.abort(new Error('joined anew'));
  await soon();
  expect(begun).toEqual(['0', '0']);
});

it('does not swallow what nobody foresaw', async () => {
  const requests = intake();
  await requests.take(batchOf([record(0)]));
  await soon();
  const bug = new TypeError('a bug');
  finish.get('0')!(bug);
  await soon();
  expect(bugs).toEqual([bug]);
});
