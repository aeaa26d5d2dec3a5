import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { checkWindowCsv } from '@elias/archive';
import { TOPICS, windowToWire } from '@elias/contracts';
import { partitionOf } from '@elias/kafka';
import { canonicalDecimal, formatInstant, parseWindowId } from '@elias/market-data';
import { v7 as uuidv7 } from 'uuid';
import { CollectorScene } from '../support/collector-scene.js';
import type { PublishedWindow } from '../support/collector-scene.js';
import { until } from '../support/service-process.js';

const RECORDINGS = resolve(process.env.ELIAS_RECORDINGS_DIR ?? '../shared/market-data');
const there = existsSync(join(RECORDINGS, 'candles-60s'));
if (!there) console.warn(`skipped: no recordings in ${RECORDINGS} (ELIAS_RECORDINGS_DIR)`);
const recorded = there ? describe : describe.skip;

describe('made data', () => {
  let scene: CollectorScene;
  beforeAll(async () => {
    scene = await CollectorScene.open();
    await (await scene.start({ COLLECTOR_PRODUCTS_TTL_MS: '1' })).ready();
  });
  afterAll(() => scene.close());

  const windowsOf = (requestId: string): PublishedWindow[] => scene.windows.filter(({ facts }) => facts.requestId === requestId);

  it('a day becomes one record that says all of itself; collected twice it is the same CSV', async () => {
    const [id] = scene.days(1);
    const before = await scene.committed();
    const requests = [await scene.request(id!), await scene.request(id!, { origin: 'scheduled' })];
    await scene.answered(requests);
    const [first, second] = requests.flatMap(windowsOf);
    expect(first!.record).toMatchObject({ key: id, partition: partitionOf(scene.products[0]!, TOPICS.windowsCandles.partitions) });
    expect(first!.record.headers).toMatchObject({ ce_type: 'window.collected', ce_subject: id, ce_source: '/elias/collector' });
    expect(checkWindowCsv(first!.csv, first!.facts)).toMatchObject({ kind: 'ok' });
    expect(first!.facts).toMatchObject({ origin: 'backfill', coverage: { unknown: 0, open: 0, unknownRanges: [], openRanges: [] } });
    expect(first!.facts.coverage.present).toBe(first!.facts.rowCount);
    expect(first!.facts.rowCount).toBeGreaterThan(100);
    expect(second!.csv.equals(first!.csv)).toBe(true);
    expect(second!.facts.revision.collectionId > first!.facts.revision.collectionId).toBe(true);
    expect(second!.facts.revision.collectedAtMs).toBeGreaterThanOrEqual(first!.facts.revision.collectedAtMs);
    const { completed } = scene.results;
    expect(completed.map(({ published, csv_sha256 }) => [published, csv_sha256])).toEqual([
      [true, first!.facts.csvSha256],
      [true, first!.facts.csvSha256],
    ]);
    await scene.committedPast(before, 2);
  });

  it('months and years, and the open day, are collected as far as they are over', async () => {
    const [day] = scene.days(1);
    const { fromMs } = parseWindowId(day!);
    const product = scene.products[1]!;
    const today = formatInstant(fromMs + 86_400_000).slice(0, 10);
    const ids = [
      `candles/3600/${product}/${day!.slice(-10, -3)}`,
      `candles/86400/${product}/${day!.slice(-10, -6)}`,
      `candles/60/${product}/${today}`,
    ];
    const requests = [];
    for (const id of ids) requests.push(await scene.request(id));
    await scene.answered(requests);
    for (const requestId of requests) {
      const [window] = windowsOf(requestId);
      expect(checkWindowCsv(window!.csv, window!.facts)).toMatchObject({ kind: 'ok' });
      const { fromMs: from, toMs, granularity } = window!.facts.window;
      const { present, noTrade, unknown, open } = window!.facts.coverage;
      expect(present + noTrade + unknown + open).toBe((toMs - from) / granularity / 1_000);
      const openFromMs = window!.facts.coverage.openRanges[0]?.fromMs ?? toMs;
      expect(Math.abs(openFromMs - Math.min(toMs, Date.now()))).toBeLessThanOrEqual(granularity * 1_000 + 60_000);
    }
  });

  it('a telling worse than the best known is told of, but not published', async () => {
    const [, , id] = scene.days(3);
    const tomorrow = formatInstant(Math.floor(Date.now() / 1_000) * 1_000 + 86_400_000);
    const best = { unknown: 0, open: 0, collected_at: tomorrow, collection_id: uuidv7() };
    const worse = await scene.request(id!, { best_known: best });
    const better = await scene.request(id!, { best_known: { ...best, unknown: 1 } });
    await scene.answered([worse, better]);
    const told = (requestId: string): unknown => scene.results.completed.find(({ request_id }) => request_id === requestId)?.published;
    expect([told(worse), told(better)]).toEqual([false, true]);
    expect([windowsOf(worse).length, windowsOf(better).length]).toEqual([0, 1]);
  });

  it('what cannot be served is put aside, told to who asked, and the rest goes on', async () => {
    const [, id] = scene.days(2);
    const future = `candles/60/${scene.products[0]}/2199-01-01`;
    const wrongWay = { ...windowToWire(parseWindowId(id!)), from: '2023-12-02T00:00:00Z', to: '2023-12-01T00:00:00Z' };
    const wrongWidth = { ...windowToWire(parseWindowId(id!)), id: `candles/120/${scene.products[0]}/2023-12-01`, granularity: 120 };
    const base = { run_id: scene.runId, origin: 'backfill', attempt: 1, best_known: null, requested_at: '2024-01-01T00:00:00Z' };
    const before = scene.deadLetters.length;
    const wrong = [uuidv7(), uuidv7()];
    await scene.requestRaw('{"request_id"');
    await scene.requestRaw('[]');
    await scene.requestRaw(JSON.stringify({ ...base, request_id: wrong[0], window: wrongWay }));
    await scene.requestRaw(JSON.stringify({ ...base, request_id: wrong[1], window: wrongWidth }));
    const requests = [
      ...wrong,
      await scene.request('candles/60/NOSUCH-USD/2023-12-01'),
      await scene.request(future),
      await scene.request(id!),
    ];
    await scene.answered(requests);
    const failed = new Map(scene.results.failed.map((event) => [event.request_id, event]));
    expect(requests.map((requestId) => failed.get(requestId)?.reason)).toEqual([
      'bad_request',
      'bad_request',
      'unknown_product',
      'bad_request',
      undefined,
    ]);
    expect([...failed.values()].every(({ permanent }) => permanent)).toBe(true);
    expect(failed.get(requests[2]!)?.detail).toContain('NOSUCH-USD');
    expect(failed.get(requests[3]!)?.detail).toMatch(/in the future/);
    await until(
      () => scene.deadLetters.length >= before + 6,
      10_000,
      () => `${scene.deadLetters.length - before} dead letters`,
    );
    expect(
      scene.deadLetters
        .slice(before)
        .map(({ headers }) => JSON.stringify(headers))
        .join(),
    ).toMatch(/not-json.*unknown-product|unknown-product.*not-json/s);
  });

  it('a product that is not traded any more keeps its history; what is missing is unknown', async () => {
    await scene.order('products', { product_id: scene.products[2], status: 'delisted' });
    const requestId = await scene.request(scene.days(3)[2]!);
    await scene.answered([requestId]);
    const { coverage } = scene.results.completed.find(({ request_id }) => request_id === requestId)!;
    expect(coverage.no_trade).toBe(0);
    expect(coverage.present + coverage.unknown).toBe(1_440);
  });
});

recorded('recordings', () => {
  let scene: CollectorScene;
  beforeAll(async () => {
    scene = await CollectorScene.open({ SIMULATOR_RECORDINGS_DIR: RECORDINGS });
    await (await scene.start({ COLLECTOR_REQUEST_DEADLINE_MS: '3000' })).ready();
  });
  afterAll(() => scene.close());

  /** The rows of a recording's file, read without Elias: of doubles the first counts. */
  function rowsOf(product: string, fromMs: number, toMs: number): Map<number, string> {
    const lines = gunzipSync(readFileSync(join(RECORDINGS, 'candles-60s', `${product}.csv.gz`)))
      .toString()
      .trim()
      .split('\n')
      .slice(1);
    const rows = new Map<number, string>();
    for (const line of lines) {
      const [time, low, high, open, close, volume] = line.split(',');
      const atMs = Date.parse(`${time!.replace(' ', 'T')}Z`);
      if (atMs < fromMs || atMs >= toMs || rows.has(atMs)) continue;
      const values = [open, high, low, close, volume].map((value) => canonicalDecimal(value!));
      rows.set(atMs, [product, '60', formatInstant(atMs), ...values].join(','));
    }
    return rows;
  }

  async function collected(product: string, date: string): Promise<{ window: PublishedWindow; expected: Map<number, string> }> {
    const id = `candles/60/${product}/${date}`;
    const requestId = await scene.request(id);
    await scene.answered([requestId]);
    const window = scene.windows.find(({ facts }) => facts.requestId === requestId)!;
    const { fromMs, toMs } = parseWindowId(id);
    return { window, expected: rowsOf(product, fromMs, toMs) };
  }

  it.each(['BTC-USD', 'UNI-USD', 'MKR-USD'])(
    '%s, a whole day: the rows are those of the file, the other minutes had no trade',
    async (product) => {
      const { window, expected } = await collected(product, '2023-12-01');
      const rows = [...expected].sort(([a], [b]) => a - b).map(([, row]) => row);
      expect(window.csv.toString().trimEnd().split('\n').slice(1)).toEqual(rows);
      expect(window.facts.coverage).toMatchObject({ present: rows.length, noTrade: 1_440 - rows.length, unknown: 0, open: 0 });
    },
  );

  it.each(['BTC-USD', 'LTC-USD', 'XLM-USD'])(
    '%s, where its recording ends: first of doubles, and nothing behind the end is no_trade',
    async (product) => {
      const { window, expected } = await collected(product, '2023-12-29');
      const rows = [...expected].sort(([a], [b]) => a - b);
      expect(window.csv.toString().trimEnd().split('\n').slice(1)).toEqual(rows.map(([, row]) => row));
      const { facts } = window;
      const { fromMs, toMs } = facts.window;
      const endMs = rows.at(-1)![0] + 60_000;
      expect(facts.coverage.present).toBe(rows.length);
      expect(facts.coverage.noTrade).toBe((endMs - fromMs) / 60_000 - rows.length);
      expect(facts.coverage.unknown + facts.coverage.open).toBe((toMs - endMs) / 60_000);
      expect(facts.revision.collectedAtMs).toBe(endMs + 60_000);
      expect([...facts.coverage.unknownRanges, ...facts.coverage.openRanges][0]!.fromMs).toBe(endMs);
    },
  );

  it('pages from before a recording are unknown, the rest of the day is there', async () => {
    const { window, expected } = await collected('BTC-USD', '2023-11-27');
    const { fromMs } = window.facts.window;
    const [unknown] = window.facts.coverage.unknownRanges;
    expect(unknown!.fromMs).toBe(fromMs);
    const kept = [...expected].filter(([atMs]) => atMs >= unknown!.toMs).sort(([a], [b]) => a - b);
    expect(kept.length).toBeGreaterThan(400);
    expect(window.csv.toString().trimEnd().split('\n').slice(1)).toEqual(kept.map(([, row]) => row));
  });
});
