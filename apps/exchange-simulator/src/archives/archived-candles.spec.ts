import { createHash } from 'node:crypto';
import { createLogger } from '@elias/telemetry';
import { archiveKey, encodeCandlesCsv, sealArchive } from '@elias/archive';
import { rowsOf } from '../candles/candle-row.js';
import type { CandleRow, Granularity } from '../candles/candle-row.js';
import { NotHeldError } from '../candles/candle-source.js';
import type { ArchiveObjects } from './archive-windows.js';
import type { ArchivedCandles } from './archived-candles.js';
import { loadArchives } from './load-archives.js';

type SealedFacts = Parameters<typeof sealArchive>[0];
type Coverage = SealedFacts['coverage'];

/** The in-memory twin of the bucket. */
class InMemoryObjects implements ArchiveObjects {
  readonly objects = new Map<string, Buffer>();
  reads = 0;
  async *list(prefix: string): AsyncIterable<{ key: string }> {
    for (const key of this.objects.keys()) if (key.startsWith(prefix)) yield { key };
  }
  get(key: string): Promise<Buffer> {
    this.reads += 1;
    const found = this.objects.get(key);
    return found === undefined ? Promise.reject(new Error(`no ${key}`)) : Promise.resolve(found);
  }
}

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2023, 11, 1);
const NOW_MS = Date.UTC(2024, 5, 1);
const logger = createLogger({ app: 'test', level: 'silent' });

interface Telling {
  fromMs?: number;
  collectedAtMs?: number;
  collection?: string;
  /** minutes with a candle */
  minutes: number[];
  unknown?: [number, number];
  open?: [number, number];
  close?: string;
}

/** Seals one day of minutes as the archiver does. */
async function seal(store: InMemoryObjects, prefix: string, telling: Telling): Promise<string> {
  const { fromMs = FROM_MS, minutes, unknown, open, close = '1.5' } = telling;
  const window = { dataset: 'candles' as const, productId: 'ONE-USD', granularity: 60 as const, fromMs, toMs: fromMs + DAY_MS };
  const candle = { open: '1', high: '2.5', low: '0.5', close, volume: '0.00004776' };
  const csv = encodeCandlesCsv(
    window,
    minutes.map((minute) => ({ startedAtMs: fromMs + minute * 60_000, ...candle })),
  );
  const range = (bounds?: [number, number]): Coverage['openRanges'] =>
    bounds === undefined ? [] : [{ fromMs: fromMs + bounds[0] * 60_000, toMs: fromMs + bounds[1] * 60_000 }];
  const length = (bounds?: [number, number]): number => (bounds === undefined ? 0 : bounds[1] - bounds[0]);
  const counts = { unknown: length(unknown), open: length(open) };
  const coverage = {
    ...counts,
    present: minutes.length,
    noTrade: 1_440 - minutes.length - counts.unknown - counts.open,
    unknownRanges: range(unknown),
    openRanges: range(open),
  };
  const collectionId = telling.collection ?? '018c2ad2-0000-7000-8000-000000000001';
  const revision = { ...counts, collectedAtMs: telling.collectedAtMs ?? fromMs + DAY_MS + 900_000, collectionId };
  const csvSha256 = createHash('sha256').update(csv).digest('hex');
  const { zip } = await sealArchive({ schemaVersion: 1, window, revision, rowCount: minutes.length, coverage, csvSha256 }, csv);
  const key = archiveKey(prefix, window, revision, csvSha256);
  store.objects.set(key, zip);
  return key;
}

const open = async (store: InMemoryObjects, prefix = ''): Promise<ArchivedCandles> => {
  const found = (await loadArchives(store, prefix, logger)).candles.get('ONE-USD');
  if (found === undefined) throw new Error('no ONE-USD');
  return found;
};
const rows = async (archive: ArchivedCandles, granularity: Granularity, fromMs: number, toMs: number): Promise<CandleRow[]> =>
  rowsOf(await archive.range({ granularity, fromS: fromMs / 1_000, toS: toMs / 1_000, asOfMs: archive.asOfMs(NOW_MS, granularity) }));

it('serves the archived minutes over windows, newest first, as text', async () => {
  const store = new InMemoryObjects();
  await seal(store, 'market/data', { minutes: [0, 1, 1_439] });
  await seal(store, 'market/data', { fromMs: FROM_MS + DAY_MS, minutes: [0, 2] });
  store.objects.set('market/data/candles/granularity=60/product=ONE-USD/dt=2023-12-01/SHA256SUMS', Buffer.from('x'));
  const archive = await open(store, 'market/data/');
  const served = await rows(archive, 60, FROM_MS + 60_000, FROM_MS + DAY_MS + 60_000);
  expect(served.map(({ time }) => time)).toEqual([DAY_MS, 1_439 * 60_000, 60_000].map((ms) => (FROM_MS + ms) / 1_000));
  expect(served[0]).toMatchObject({ open: '1', high: '2.5', low: '0.5', close: '1.5', volume: '0.00004776' });
  expect(archive.asOfMs(NOW_MS)).toBe(FROM_MS + 2 * DAY_MS + 60_000);
});

it('reads a window once', async () => {
  const store = new InMemoryObjects();
  await seal(store, '', { minutes: [0] });
  const archive = await open(store);
  await rows(archive, 60, FROM_MS, FROM_MS);
  await rows(archive, 60, FROM_MS, FROM_MS);
  expect(store.reads).toBe(1);
});

it('aggregates what is archived in minutes only', async () => {
  const store = new InMemoryObjects();
  await seal(store, '', { minutes: [0, 1, 2, 10] });
  const archive = await open(store);
  expect(await rows(archive, 300, FROM_MS, FROM_MS + 3_600_000)).toEqual([
    { time: FROM_MS / 1_000 + 600, low: '0.5', high: '2.5', open: '1', close: '1.5', volume: '0.00004776' },
    { time: FROM_MS / 1_000, low: '0.5', high: '2.5', open: '1', close: '1.5', volume: '0.00014328' },
  ]);
  expect(await rows(archive, 86_400, FROM_MS, FROM_MS)).toHaveLength(1);
});

it.each([
  { name: 'fewer unknown and open', worse: { unknown: [5, 9] as [number, number], collectedAtMs: FROM_MS + 9 * DAY_MS }, better: {} },
  { name: 'collected later', worse: {}, better: { collectedAtMs: FROM_MS + 8 * DAY_MS } },
  { name: 'the greater collection id', worse: {}, better: { collection: '018c2ad2-0000-7000-8000-00000000000a' } },
])('the best revision is that with $name', async ({ worse, better }) => {
  for (const order of [0, 1]) {
    const store = new InMemoryObjects();
    const tellings = [
      { minutes: [0], close: '1', ...worse },
      { minutes: [0], close: '2', ...better },
    ];
    for (const telling of order === 0 ? tellings : tellings.reverse()) await seal(store, '', telling);
    expect(await rows(await open(store), 60, FROM_MS, FROM_MS)).toMatchObject([{ close: '2' }]);
  }
});

it('refuses what the archives do not know: before them, between them, unknown minutes', async () => {
  const store = new InMemoryObjects();
  await seal(store, '', { minutes: [0, 20], unknown: [5, 9] });
  await seal(store, '', { fromMs: FROM_MS + 2 * DAY_MS, minutes: [0] });
  const archive = await open(store);
  await expect(rows(archive, 60, FROM_MS - 60_000, FROM_MS)).rejects.toThrow(NotHeldError);
  await expect(rows(archive, 60, FROM_MS + DAY_MS, FROM_MS + DAY_MS)).rejects.toThrow('from 2023-12-02T00:00:00.000Z on');
  await expect(rows(archive, 60, FROM_MS, FROM_MS + 20 * 60_000)).rejects.toThrow('from 2023-12-01T00:05:00.000Z on');
  expect(await rows(archive, 60, FROM_MS, FROM_MS + 4 * 60_000)).toHaveLength(1);
  expect(await rows(archive, 60, FROM_MS + 9 * 60_000, FROM_MS + DAY_MS - 60_000)).toHaveLength(1);
});

it('an open last window ends when it was collected', async () => {
  const store = new InMemoryObjects();
  const collectedAtMs = FROM_MS + 601_000;
  await seal(store, '', { minutes: [0, 1], unknown: [9, 10], open: [10, 1_440], collectedAtMs });
  const archive = await open(store);
  expect(archive.asOfMs(NOW_MS)).toBe(collectedAtMs);
  expect((await rows(archive, 60, FROM_MS, FROM_MS + DAY_MS)).map(({ time }) => time - FROM_MS / 1_000)).toEqual([60, 0]);
});

it('the newest candles, or that it holds fewer', async () => {
  const store = new InMemoryObjects();
  await seal(store, '', { minutes: Array.from({ length: 1_440 }, (_, minute) => minute).filter((minute) => minute % 3 === 0) });
  const archive = await open(store);
  const newest = rowsOf(await archive.newest({ granularity: 60, count: 350, asOfMs: archive.asOfMs(NOW_MS) }));
  expect(newest).toHaveLength(350);
  expect(newest[0]?.time).toBe((FROM_MS + 1_437 * 60_000) / 1_000);
  await expect(archive.newest({ granularity: 3_600, count: 350, asOfMs: archive.asOfMs(NOW_MS) })).rejects.toThrow(NotHeldError);
});

it('leaves out an archive that cannot be read', async () => {
  const store = new InMemoryObjects();
  const good = await seal(store, '', { minutes: [0], close: '1' });
  const bad = await seal(store, '', { minutes: [0], close: '2', collectedAtMs: FROM_MS + 9 * DAY_MS });
  store.objects.set(bad, (store.objects.get(bad) ?? Buffer.alloc(0)).subarray(0, 100));
  expect(await rows(await open(store), 60, FROM_MS, FROM_MS)).toMatchObject([{ close: '1' }]);
  store.objects.delete(good);
  await expect(rows(await open(store), 60, FROM_MS, FROM_MS)).rejects.toThrow(NotHeldError);
});

it('says when there are none', async () => {
  await expect(loadArchives(new InMemoryObjects(), 'x/', logger)).rejects.toThrow('no archives of candles or trades below "x/"');
});
