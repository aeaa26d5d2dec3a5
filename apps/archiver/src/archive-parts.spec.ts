import { archiveKey, openArchive } from '@elias/archive';
import { decodeEvent, encodeWindowPart } from '@elias/contracts';
import type { ControlEvent, EncodedRecord } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { ObjectStoreUnavailableError } from '@elias/object-store';
import { createLogger, Metrics } from '@elias/telemetry';
import { removeSpoolFolder, spoolFolder } from '@elias/window-parts';
import { tmpdir } from 'node:os';
import { madeTrades } from '../../../test/support/made-trades.js';
import type { MadeTrades } from '../../../test/support/made-trades.js';
import { ArchiveParts } from './archive-parts.js';
import { ArchiveWindow } from './archive-window.js';
import { ArchiverMetrics } from './archiver-metrics.js';
import { InMemoryArchiveStore } from './in-memory-archive-store.js';

const HOUR = 'trades/BTC-USD/2023-12-01T13';
const folder = spoolFolder(tmpdir(), 'archiver-test');
afterAll(() => removeSpoolFolder(folder));

let store: InMemoryArchiveStore;
let told: ControlEvent[];
let settled: string[];
let archive: ArchiveParts;
beforeEach(() => {
  store = new InMemoryArchiveStore();
  told = [];
  settled = [];
  archive = new ArchiveParts({
    archive: new ArchiveWindow(store, ''),
    events: { announce: (events) => Promise.resolve(events.forEach(tell)) },
    metrics: new ArchiverMetrics(new Metrics()),
    logger: createLogger({ app: 'archiver', level: 'silent' }),
    folder,
    abandonedAfterMs: 60_000,
    nowMs: () => 0,
  });
});

function tell({ value, headers }: EncodedRecord): void {
  const decoded = decodeEvent({ value: Buffer.from(value), headers });
  if (decoded.kind !== 'ok') throw decoded.cause;
  told.push(decoded.value);
}

function records({ facts, csv }: MadeTrades, parts: number): ConsumedRecord[] {
  const bytes = Math.ceil(csv.length / parts);
  return Array.from({ length: parts }, (_, part) => {
    const value = csv.subarray(part * bytes, (part + 1) * bytes);
    const { topic, key, headers } = encodeWindowPart(facts, { part, parts }, value, 'test');
    const traced = { ...headers, traceparent: `00-${part}` };
    return { topic: topic.name, partition: 5, offset: String(part), key, value: Buffer.from(value), headers: traced, timestampMs: 0 };
  });
}

const batchOf = (all: ConsumedRecord[]): RecordBatch =>
  new RecordBatch({
    topic: all[0]!.topic,
    partition: 5,
    records: all,
    done: ({ offset }) => void settled.push(`done ${offset}`),
    deadLetter: ({ offset, value }, reason) => Promise.resolve(void settled.push(`${reason} ${offset} ${value?.length}`)),
  });

it('parts in any order become one archive, announced once, then every record is done', async () => {
  const made = madeTrades({ window: HOUR, count: 900 });
  const [a, b, c] = records(made, 3);
  await archive.run(batchOf([c!]));
  await archive.run(batchOf([a!, c!]));
  expect([told, settled]).toEqual([[], []]);
  await archive.run(batchOf([b!]));
  expect(told).toMatchObject([
    { type: 'archive.sealed', data: { window: { id: HOUR }, row_count: 900, source: { offset: '2' }, csv_sha256: made.facts.csvSha256 } },
  ]);
  expect(settled.toSorted()).toEqual(['done 0', 'done 1', 'done 2']);
  const key = archiveKey('', made.facts.window, made.facts.revision, made.facts.csvSha256);
  expect(openArchive(store.objects.get(key)!).csv.equals(made.csv)).toBe(true);
});

it('nothing is said or done while the bucket is away; the batch that comes again is enough', async () => {
  const [a, b] = records(madeTrades({ window: HOUR, count: 90 }), 2);
  store.faults = [{ method: 'putOnce', when: 'after' }];
  await archive.run(batchOf([a!]));
  const last = batchOf([b!]);
  await expect(archive.run(last)).rejects.toThrow(ObjectStoreUnavailableError);
  expect([told, settled]).toEqual([[], []]);
  await archive.run(last);
  expect(told.map(({ type }) => type)).toEqual(['archive.sealed']);
  expect(settled).toHaveLength(2);
});

it.each([
  ['a row that is doubled', { alter: (csv: string) => csv + csv.split('\n').at(-2)! + '\n' }, 'wrong-rows'],
  ['a row of another hour', { alter: (csv: string) => csv.replace('T13:', 'T14:') }, 'wrong-rows'],
])('%s: every part is put aside as it came, and the window has failed', async (_, wish, reason) => {
  const made = madeTrades({ window: HOUR, count: 90, ...wish });
  const all = records(made, 2);
  const sizes = all.map(({ value }) => value!.length);
  await archive.run(batchOf(all));
  expect(told).toMatchObject([{ type: 'archive.failed', data: { window_id: HOUR, reason, revision: {} } }]);
  expect(settled).toEqual([`${reason} 0 ${sizes[0]}`, `${reason} 1 ${sizes[1]}`]);
  expect(store.objects.size).toBe(0);
});

it('what is no part is put aside, the others go on', async () => {
  const all = records(madeTrades({ window: HOUR, count: 90 }), 2);
  const broken = { ...all[0]!, offset: '9', headers: {} };
  await archive.run(batchOf([broken, ...all]));
  expect(told.map(({ type }) => type)).toEqual(['archive.failed', 'archive.sealed']);
  expect(settled.toSorted()).toEqual(['done 0', 'done 1', expect.stringMatching(/^not-json 9/)]);
});
