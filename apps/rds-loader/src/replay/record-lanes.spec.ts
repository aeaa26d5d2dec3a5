import type { ConsumedRecord } from '@elias/kafka';
import { RecordLanes } from './record-lanes.js';

const record = (partition: number, offset: number, bytes = 10): ConsumedRecord => ({
  ...{ topic: 'a', partition, offset: String(offset), key: null, headers: {}, timestampMs: 0 },
  value: Buffer.alloc(bytes),
});
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('keeps the order of each partition, and no more at once than there are lanes', async () => {
  const handled: string[] = [];
  let atOnce = 0;
  let most = 0;
  const lanes = new RecordLanes({
    ...{ lanes: 2, batchBytesMax: 500, queuedBytesMax: 1e6 },
    handle: async (records) => {
      most = Math.max(most, (atOnce += 1));
      await tick();
      handled.push(...records.map(({ partition, offset }) => `${partition}:${offset}`));
      atOnce -= 1;
    },
  });
  const records = Array.from({ length: 60 }, (_, i) => record(i % 3, i));
  await lanes.add(records);
  await lanes.end();
  expect(most).toBe(2);
  for (const partition of [0, 1, 2]) {
    const own = (text: string): boolean => text.startsWith(`${partition}:`);
    expect(handled.filter(own)).toEqual(records.map(({ partition: of, offset }) => `${of}:${offset}`).filter(own));
  }
});

it('waits while too much waits, and takes a record above the bound alone', async () => {
  const sizes: number[][] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const lanes = new RecordLanes({
    ...{ lanes: 1, batchBytesMax: 1_000, queuedBytesMax: 2_000 },
    handle: async (records) => {
      sizes.push(records.map(({ value }) => value!.length));
      await held;
    },
  });
  let added = false;
  const adding = lanes.add([record(0, 0, 5_000), record(0, 1, 100), record(0, 2, 100)]).then(() => (added = true));
  await tick();
  expect(added).toBe(false);
  release();
  await adding;
  await lanes.end();
  expect(sizes).toEqual([[5_000], [100, 100]]);
});

it('tells a failure to whoever adds, and begins nothing more', async () => {
  let handled = 0;
  const lanes = new RecordLanes({
    ...{ lanes: 1, batchBytesMax: 1, queuedBytesMax: 1 },
    handle: () => {
      handled += 1;
      return Promise.reject(new Error('no'));
    },
  });
  await expect(lanes.add([record(0, 0), record(0, 1)])).rejects.toThrow('no');
  await expect(lanes.end()).rejects.toThrow('no');
  expect(handled).toBe(1);
});
