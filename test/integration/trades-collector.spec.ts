import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOf } from '@elias/kafka';
import { TOPICS } from '@elias/contracts';
import { parseWindowId } from '@elias/market-data';
import { CollectorScene } from '../support/collector-scene.js';
import type { PublishedTrades } from '../support/published-trades.js';
import { until } from '../support/service-process.js';
import type { ServiceProcess } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { toldTrades } from '../support/told-trades.js';
import { copyOffsets } from '../support/topic-tail.js';

const HOUR_MS = 3_600_000;
const spool = mkdtempSync(join(tmpdir(), 'elias-spool-test-'));
let scene: CollectorScene;
let collector: ServiceProcess;
beforeAll(async () => {
  scene = await CollectorScene.open({ SIMULATOR_NOW: '2024-03-01T15:30:00Z' });
  collector = await scene.start({ WINDOW_SPOOL_DIR: spool });
  await collector.ready();
});
afterAll(async () => {
  await scene.close();
  rmSync(spool, { recursive: true, force: true });
});

/** Asks for a window and waits for its answer. @returns what was published for it */
async function collected(id: string): Promise<PublishedTrades> {
  const request = await scene.request(id);
  await scene.answered([request]);
  const failed = scene.results.failed.find(({ request_id }) => request_id === request);
  if (failed !== undefined) throw new Error(failed.detail);
  return scene.tradeWindows.find(({ facts }) => facts.requestId === request)!;
}

const linesOf = ({ csv }: PublishedTrades): string[] => csv.toString().split('\n').slice(1, -1);

async function expectAsTold(published: PublishedTrades): Promise<void> {
  const { window, coverage, rowCount } = published.facts;
  const told = await toldTrades(await scene.exchangeUrl(), window.productId, window);
  expect(linesOf(published)).toEqual(told);
  expect([coverage.present, coverage.unknown, coverage.missingIds, rowCount]).toEqual([told.length, 0, [], told.length]);
}

it('an hour and a day of made trades are exactly what the simulator made, and make its candles', async () => {
  const [product] = scene.products as [string];
  const hour = await collected(`trades/${product}/2024-03-01T13`);
  await expectAsTold(hour);
  expect(hour.records.map(({ key, partition }) => [key, partition])).toEqual([
    [`trades/${product}/2024-03-01T13#0`, partitionOf(product, TOPICS.windowsTrades.partitions)],
  ]);
  await expectAsTold(await collected(`trades/${product}/2024-02-29`));

  const url = `${await scene.exchangeUrl()}/products/${product}/candles?granularity=3600&start=1709298000&end=1709298000`;
  const [[, low, high, open, close, volume]] = (await (await fetch(url, { headers: { 'user-agent': 'test' } })).json()) as [number[]];
  const rows = linesOf(hour).map((line) => line.split(','));
  const prices = rows.map((row) => Number(row[4]));
  expect([Math.min(...prices), Math.max(...prices), prices[0], prices.at(-1)]).toEqual([low, high, open, close]);
  expect(rows.reduce((sum, row) => sum + Number(row[5]), 0)).toBeCloseTo(volume!, 6);
}, 60_000);

it('an hour of 72,000 trades comes in parts of at most 1 MiB; what is hidden in one telling is missing, and there in the next', async () => {
  const product = scene.products[1]!;
  await scene.order('feed-load', { product_id: product, per_second: 20 });
  await scene.order('clock', { advance_ms: 2 * HOUR_MS });
  const id = `trades/${product}/2024-03-01T16`;
  await scene.order('faults', { kind: 'drop_rows', rows: 30, times: 2, every: 20, match: 'limit=1000' });
  const partial = await collected(id);
  await scene.clearFaults();
  const whole = await collected(id);
  expect(whole.records.length).toBeGreaterThanOrEqual(4);
  expect(whole.records.every(({ value }) => value!.length <= 1_048_576)).toBe(true);
  expect(new Set(whole.records.map(({ partition }) => partition)).size).toBe(1);
  await expectAsTold(whole);
  expect(linesOf(whole)).toHaveLength(72_000);

  const { revision, coverage } = partial.facts;
  const hidden = new Set(coverage.missingIds!.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)));
  expect([revision.unknown, coverage.missingIds!.length, hidden.size]).toEqual([60, 2, 60]);
  expect(linesOf(partial)).toEqual(linesOf(whole).filter((line) => !hidden.has(Number(line.split(',')[1]))));
}, 90_000);

it('an hour in which nobody traded has the header alone', async () => {
  const product = scene.products[2]!;
  await scene.order('feed-load', { product_id: product, per_second: 0 });
  await scene.order('clock', { advance_ms: 2 * HOUR_MS });
  // the second is of before the product was listed
  for (const date of ['2024-03-01T18', '2010-01-01T00']) {
    const { csv, facts } = await collected(`trades/${product}/${date}`);
    const header = 'product_id,trade_id,traded_at,side,price,size\n';
    expect([csv.toString(), facts.rowCount, facts.revision.unknown, facts.coverage.missingIds]).toEqual([header, 0, 0, []]);
  }
}, 60_000);

it('a window that is not over is refused; one that is published already as well is not published worse', async () => {
  const product = scene.products[0]!;
  const open = await scene.request(`trades/${product}/2024-03-01T19`);
  await scene.answered([open]);
  expect(scene.results.failed.find(({ request_id }) => request_id === open)).toMatchObject({ permanent: true, reason: 'bad_request' });
  const id = `trades/${product}/2024-03-01T13`;
  const before = scene.tradeWindows.length;
  const best = { unknown: 0, open: 0, collected_at: '2030-01-01T00:00:00Z', collection_id: 'ffffffff-ffff-7fff-bfff-ffffffffffff' };
  const again = await scene.request(id, { best_known: best });
  await scene.answered([again]);
  expect(scene.results.completed.find(({ request_id }) => request_id === again)).toMatchObject({ published: false, window: { id } });
  expect([scene.tradeWindows.length, parseWindowId(id).dataset]).toEqual([before, 'trades']);
}, 60_000);

it('killed in the middle of a window: whoever goes on tells it whole, and what the dead one left on disk is gone', async () => {
  const product = scene.products[1]!;
  const id = `trades/${product}/2024-03-01T17`;
  await scene.resetAsked();
  await scene.order('faults', { kind: 'slow', ms: 100, times: null, match: 'limit=1000' });
  const request = await scene.request(id);
  await until(
    async () => (await scene.asked()).total > 45,
    30_000,
    () => `it does not ask\n${scene.outputs()}`,
  );
  collector.kill('SIGKILL');
  await collector.exited;
  expect(readdirSync(spool)).toHaveLength(1);
  await scene.clearFaults();
  // in another group, from the same offsets: the one before waits for its killed member until the session ends
  const group = `${scene.group}-again`;
  await copyOffsets(testStack().kafka.brokers, scene.group, group, TOPICS.collectionRequests.name);
  const again = await scene.start({ WINDOW_SPOOL_DIR: spool, COLLECTOR_GROUP: group });
  await scene.answered([request]);
  const whole = scene.tradeWindows.find(({ facts }) => facts.requestId === request)!;
  await expectAsTold(whole);
  expect(linesOf(whole)).toHaveLength(72_000);
  expect(readdirSync(spool)).toEqual([expect.stringContaining(`elias-collector-${again.pid}-`)]);
}, 90_000);
