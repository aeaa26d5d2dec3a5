import { jest } from '@jest/globals';
import { LiveScene } from '../support/live-scene.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';

jest.setTimeout(240_000);

const TRADES = 'elias_collector_feed_trades_total';
const FILL_MAX = 150;

let scene: LiveScene;
let first: ServiceProcess;
/** what takes its time goes on beside the other tests, each with an exchange of its own */
let standing: { scene: LiveScene; done: Promise<ServiceProcess> };
let killing: { scene: LiveScene; done: Promise<Map<string, number>> };

/** Work that a later test waits for. */
function beside<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

beforeAll(async () => {
  const [here, still, killed] = await Promise.all([LiveScene.open(), LiveScene.open(), LiveScene.open()]);
  scene = here;
  standing = { scene: still, done: beside(letStand(still)) };
  killing = { scene: killed, done: beside(kill(killed)) };
  first = await scene.start({
    COLLECTOR_LIVE_PRODUCTS: [...scene.products, 'NONE-USD'].join(','),
    COLLECTOR_LIVE_CANDLE_INTERVAL_MS: '500',
  });
  await first.ready();
  await scene.trade(50);
  for (const productId of scene.products) await scene.more(productId, 20);
});
afterAll(() => Promise.all([scene, standing?.scene, killing?.scene].map((one) => one?.close())));

/** A feed that stands still with its socket open, of a busy product and a quiet one. */
async function letStand(still: LiveScene): Promise<ServiceProcess> {
  const [busy, quiet] = still.products as [string, string];
  const collector = await still.start({
    COLLECTOR_LIVE_PRODUCTS: `${busy},${quiet}`,
    COLLECTOR_LIVE_FILL_TRADES_MAX: String(FILL_MAX),
  });
  await still.load(busy, 20);
  await still.load(quiet, 3);
  for (const productId of [busy, quiet]) await still.more(productId, 5);
  await still.order('feed-faults', { kind: 'stall', times: 1, ms: 60_000 });
  await until(
    async () => (await collector.metric('elias_collector_feed_connections_total{what="stalled"}')) > 0,
    60_000,
    () => `not given up\n${collector.output.slice(-2_000)}`,
  );
  return collector;
}

/** Kills the collector in mid-stream and starts another; gives a trade of each product that the killed one told. */
async function kill(killed: LiveScene): Promise<Map<string, number>> {
  const collector = await killed.start();
  await killed.trade(50);
  for (const productId of killed.products) await killed.more(productId, 50);
  collector.kill('SIGKILL');
  await collector.exited;
  const last = new Map(killed.products.map((id) => [id, killed.ids(id).at(-1)!]));
  await killed.start();
  // the group waits 30 s for the one that is dead
  for (const productId of killed.products) await killed.more(productId, 200, 120_000);
  await killed.trade(0);
  return last;
}

it('a product that does not exist spoils nothing, and is told once', async () => {
  expect(first.output.split('NONE-USD').length - 1).toBe(1);
  expect(await first.metric('elias_collector_feed_products')).toBe(scene.products.length);
  expect(await first.metric('elias_collector_feed_products_left_out')).toBe(1);
  expect((await first.get('/health/ready')).text).toContain('the feed is connected');
});

it('events are CloudEvents, the same trade under one id', () => {
  const [productId] = scene.products as [string];
  const record = scene.records.find(({ topic, key }) => topic === 'elias.live.trades.v1' && key === productId)!;
  expect(record.headers).toMatchObject({
    ce_type: 'live.trade',
    ce_source: '/elias/collector',
    ce_subject: productId,
    'content-type': 'application/json',
  });
  expect(record.headers['ce_id']).toMatch(new RegExp(`^live.trade:${productId}:\\d+$`));
  const ticker = scene.events('live.ticker').find(({ product_id }) => product_id === productId)!;
  expect(Number(ticker.best_bid)).toBeLessThanOrEqual(Number(ticker.price));
});

it('the open minute is told at each poll that finds it changed', async () => {
  const candles = (): number => scene.events('live.candle').length;
  await until(
    () => candles() > 0,
    30_000,
    () => `no open candle\n${first.output.slice(-2_000)}`,
  );
  const candle = scene.events('live.candle').at(-1)!;
  expect(candle.granularity).toBe(60);
  expect(Date.parse(candle.answered_at) - Date.parse(candle.started_at)).toBeLessThan(61_000);
  expect(Number(candle.low)).toBeLessThanOrEqual(Number(candle.high));
});

it.each(['drop', 'double', 'reorder', 'cut', 'cut_all'])('%s: every trade is in the topic once the hole is filled', async (kind) => {
  await scene.trade(50);
  const [productId] = scene.products as [string];
  await scene.more(productId, 5);
  const told = 'elias_collector_feed_holes_total{state="told"}';
  const [hits, holes] = [await scene.hits(), await first.metric(told)];
  await scene.order('feed-faults', { kind, times: kind.startsWith('cut') ? 2 : 20, every: 7 });
  await until(
    async () => (await scene.hits()) > hits,
    20_000,
    () => 'the fault did not hit',
  );
  await scene.more(productId, 60);
  await scene.settled();
  if (kind !== 'double') {
    await until(
      async () => (await first.metric(told)) > holes,
      5_000,
      () => 'no hole is counted',
    );
  }
  expect(await first.metric(`${TRADES}{what="given_up"}`)).toBe(0);
});

it('what is in the topic is what REST has, value by value', async () => {
  for (const productId of scene.products) {
    const [firstId] = scene.ids(productId) as [number];
    const told = scene.events('live.trade').filter(({ product_id }) => product_id === productId);
    const values = told.map(({ trade_id, price, size, side, traded_at }) => [trade_id, { price, size, side, traded_at }] as const);
    expect(new Map(values)).toEqual(await scene.restTrades(productId, firstId));
  }
  expect(scene.events('live.trade').some(({ told_by }) => told_by === 'rest')).toBe(true);
});

it('a second collector takes over products and gives them back, and no trade is missing', async () => {
  await scene.trade(50);
  const products = async (collector: ServiceProcess): Promise<number> => collector.metric('elias_collector_feed_products');
  const second = await scene.start();
  await second.ready();
  await until(
    async () => (await products(second)) > 0,
    30_000,
    () => `the second has none\n${second.output.slice(-2_000)}`,
  );
  const shared = await products(second);
  expect(shared).toBeLessThan(scene.products.length);
  await until(
    async () => (await products(first)) === scene.products.length - shared,
    30_000,
    () => 'the first has not left what it does not own',
  );
  second.kill('SIGTERM');
  expect((await second.exited).code).toBe(0);
  await until(
    async () => (await products(first)) === scene.products.length,
    30_000,
    () => 'the first did not take them back',
  );
  await scene.settled();
  const ids = scene.events('live.trade').map(({ product_id, trade_id }) => `${product_id} ${trade_id}`);
  expect(ids.length).toBeGreaterThan(new Set(ids).size);
});

it('a feed that stands still with its socket open is given up; what is lost is what the counters say', async () => {
  const collector = await standing.done;
  const [busy, quiet] = standing.scene.products as [string, string];
  const counted = async (): Promise<Record<'missing' | 'late' | 'given_up', number>> => ({
    missing: await collector.metric(`${TRADES}{what="missing"}`),
    late: await collector.metric(`${TRADES}{what="late"}`),
    given_up: await collector.metric(`${TRADES}{what="given_up"}`),
  });
  await standing.scene.settled([quiet]);
  await standing.scene.load(busy, 0);
  // the stall took 15 s at 20 trades/s, of which REST is asked for the newest 150
  await until(
    async () => standing.scene.missing(busy).length === (await counted()).given_up && (await counted()).given_up > 0,
    20_000,
    () => `${standing.scene.missing(busy).length} missing`,
  );
  const lost = standing.scene.missing(busy);
  await until(
    async () => (await counted()).missing - (await counted()).late === lost.length,
    10_000,
    () => `${lost.length} are missing`,
  );
  expect(lost.length).toBeGreaterThan(15 * 20 - FILL_MAX - 20);
  expect(lost).toEqual(lost.map((_, at) => lost[0]! + at));
});

it('kill -9 in mid-stream: whoever comes next goes on, and nothing else is missing', async () => {
  const last = await killing.done;
  for (const productId of killing.scene.products) {
    const newest = Math.max(...(await killing.scene.restTrades(productId, last.get(productId)!)).keys());
    await until(
      () => killing.scene.ids(productId).at(-1) === newest,
      20_000,
      () => `${productId}: the last trade is not there`,
    );
    // what was traded while nobody listened is the one hole
    const missing = killing.scene.missing(productId);
    expect(missing[0]).toBeGreaterThan(last.get(productId)!);
    expect(missing).toEqual(missing.map((_, at) => missing[0]! + at));
  }
});
