import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEvent, encodeWindowPart } from '@elias/contracts';
import type { ControlEvent } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { PostgresDataError } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import pg from 'pg';
import { madeTrades } from '../../../test/support/made-trades.js';
import type { MadeTrades } from '../../../test/support/made-trades.js';
import { InMemoryWindowStore } from './in-memory-window-store.js';
import { LoadBatch } from './load-batch.js';
import { LoadWindowParts } from './load-window-parts.js';
import { LoadWindows } from './load-windows.js';
import { LoaderMetrics } from './loader-metrics.js';

const HOUR = 'trades/BTC-USD/2023-12-01T13';
const logger = createLogger({ app: 'rds-loader', level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'elias-parts-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: InMemoryWindowStore;
let told: ControlEvent[];
let settled: string[];
let refuse: (() => void) | undefined;
let parts: LoadWindowParts;
beforeEach(() => {
  [told, settled, refuse] = [[], [], undefined];
  store = new InMemoryWindowStore(() => refuse?.());
  const metrics = new LoaderMetrics(new Metrics());
  const loadBatch = new LoadBatch({
    ...{ windows: new LoadWindows(store), source: 'topic', metrics, logger },
    events: {
      send: (records) => {
        for (const { value, headers } of records) {
          const decoded = decodeEvent({ value: Buffer.from(value), headers });
          if (decoded.kind === 'ok') told.push(decoded.value);
        }
        return Promise.resolve();
      },
    },
  });
  parts = new LoadWindowParts({ loadBatch, metrics, logger, folder, abandonedAfterMs: 60_000, nowMs: () => 0 });
});

let next = 0;
function records({ facts, csv }: MadeTrades, count: number): ConsumedRecord[] {
  const bytes = Math.ceil(csv.length / count);
  return Array.from({ length: count }, (_, part) => {
    const value = Buffer.from(csv.subarray(part * bytes, (part + 1) * bytes));
    const { topic, key, headers } = encodeWindowPart(facts, { part, parts: count }, value, 'test');
    return { topic: topic.name, partition: 5, offset: String((next += 1)), key, value, headers, timestampMs: 0 };
  });
}

const batchOf = (all: ConsumedRecord[], isCurrent = (): boolean => true): RecordBatch =>
  new RecordBatch({
    ...{ topic: all[0]!.topic, partition: 5, records: all, isCurrent },
    done: ({ offset }) => void settled.push(offset),
    deadLetter: (record, reason) => Promise.resolve(void settled.push(`${reason} ${record.value!.length}`)),
  });

const kinds = (): string[] => told.map(({ type }) => type);

it('a window is loaded once its last part has come, and only then its records are done', async () => {
  const made = madeTrades({ window: HOUR, count: 300 });
  const [a, b, c] = records(made, 3);
  await parts.run(batchOf([b!, b!]));
  await parts.run(batchOf([a!]));
  expect([store.rows.size, settled]).toEqual([0, []]);
  await parts.run(batchOf([c!]));
  expect(store.rows.get(HOUR)).toBe(made.csv.toString());
  expect(told).toMatchObject([{ type: 'rds.loaded', data: { row_count: 300, outcome: 'replaced', source: 'topic' } }]);
  expect(settled.toSorted()).toEqual([a!, b!, c!].map(({ offset }) => offset).toSorted());
});

it('the better telling stands, in whatever order they come', async () => {
  const partial = madeTrades({ window: HOUR, count: 300, telling: 'partial', missing: [{ first: 47262100010, last: 47262100011 }] });
  const whole = madeTrades({ window: HOUR, count: 300, telling: 'whole' });
  for (const made of [partial, whole, partial]) await parts.run(batchOf(records(made, 2)));
  expect(store.rows.get(HOUR)).toBe(whole.csv.toString());
  // the third telling is a double of one that was answered
  expect(kinds()).toEqual(['rds.loaded', 'rds.loaded']);
});

it('what is wrong is put aside, all of its records as they came', async () => {
  const doubled = madeTrades({ window: HOUR, count: 300, telling: 'x', alter: (csv) => csv + csv.split('\n').at(-2)! + '\n' });
  const wrong = records(doubled, 2);
  const sizes = wrong.map(({ value }) => value!.length);
  await parts.run(batchOf([...wrong, { ...records(doubled, 2)[0]!, headers: {} }]));
  expect(told).toMatchObject([
    { type: 'rds.failed', data: { window_id: HOUR, reason: 'not-json' } },
    { type: 'rds.failed', data: { window_id: HOUR, reason: 'wrong-rows' } },
  ]);
  expect(settled.slice(1)).toEqual(sizes.map((size) => `wrong-rows ${size}`));
  refuse = () => {
    throw new PostgresDataError(
      Object.assign(new pg.DatabaseError('doubled', 1, 'error'), { code: '23505', where: 'COPY trades, line 7' }),
    );
  };
  settled = [];
  await parts.run(batchOf(records(madeTrades({ window: HOUR, count: 300, telling: 'y' }), 2)));
  expect(kinds().at(-1)).toBe('rds.failed');
  expect(settled).toEqual([expect.stringMatching(/^refused-by-store /), expect.stringMatching(/^refused-by-store /)]);
});

it('whoever lost the partition tells and does nothing, and loads it when it comes again', async () => {
  const made = madeTrades({ window: HOUR, count: 30 });
  const all = records(made, 2);
  const copies = all.map((record) => ({ ...record }));
  let current = true;
  const lost = batchOf(all, () => current);
  const load = store.load.bind(store);
  store.load = async (windows) => {
    current = false;
    return load(windows);
  };
  await parts.run(lost);
  expect([told, settled]).toEqual([[], []]);
  await parts.run(batchOf(copies));
  expect(told).toMatchObject([{ type: 'rds.loaded', data: { outcome: 'unchanged' } }]);
  expect(settled).toHaveLength(2);
});
