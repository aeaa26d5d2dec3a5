import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveScene } from '../support/live-scene.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';

jest.setTimeout(240_000);

let scene: LiveScene;
let first: ServiceProcess;
/** follows that there is trading before a test begins */
const trading = async (perSecond = 50): Promise<void> => {
  for (const productId of scene.products) await scene.load(productId, perSecond);
};
const more = async (productId: string, trades: number): Promise<void> => {
  const before = scene.ids(productId).length;
  await until(
    () => scene.ids(productId).length >= before + trades,
    30_000,
    () => `${productId}: no ${trades} more trades\n${first.output.slice(-2_000)}`,
  );
};

beforeAll(async () => {
  scene = await LiveScene.open();
  first = await scene.start({
    COLLECTOR_LIVE_PRODUCTS: [...scene.products, 'NONE-USD'].join(','),
    COLLECTOR_LIVE_CANDLE_INTERVAL_MS: '500',
  });
  await first.ready();
  await trading();
  for (const productId of scene.products) await more(productId, 20);
});
afterAll(() => scene?.close());

it('trades and tickers reach Kafka as REST has them, a product that does not exist spoils nothing', async () => {
  await scene.settled();
  const [productId] = scene.products as [string];
  const page = await scene.rest<Record<string, string | number>[]>(`/products/${productId}/trades?limit=10`);
  const told = new Map(scene.events('live.trade').map((trade) => [`${trade.product_id} ${trade.trade_id}`, trade]));
  for (const trade of page) {
    expect(told.get(`${productId} ${trade['trade_id']}`)).toMatchObject({
      price: String(Number(trade['price'])),
      size: String(Number(trade['size'])),
      side: trade['side'] === 'buy' ? 'sell' : 'buy',
      traded_at: new Date(trade['time'] as string).toISOString(),
      told_by: 'feed',
    });
  }
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
  expect(first.output).toContain('NONE-USD');
  expect(await first.metric('elias_collector_feed_products')).toBe(scene.products.length);
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
  await trading();
  const [productId] = scene.products as [string];
  await more(productId, 5);
  const before = await scene.hits();
  await scene.order('feed-faults', { kind, times: kind.startsWith('cut') ? 2 : 20, every: 7 });
  await until(
    async () => (await scene.hits()) > before,
    20_000,
    () => 'the fault did not hit',
  );
  await more(productId, 150);
  await scene.settled();
  const holes = await first.metric('elias_collector_feed_holes_total{state="told"}');
  if (kind !== 'double' && kind !== 'reorder') expect(holes).toBeGreaterThan(0);
  expect(await first.metric('elias_collector_feed_trades_total{what="given_up"}')).toBe(0);
});

it('a feed that stands still with its socket open is given up, and nothing is missing after', async () => {
  await trading(20);
  await scene.order('feed-faults', { kind: 'stall', times: 1, ms: 60_000 });
  await until(
    async () => (await first.metric('elias_collector_feed_connections_total{what="stalled"}')) > 0,
    40_000,
    () => `not given up\n${first.output.slice(-2_000)}`,
  );
  await scene.settled();
});

it('a second collector takes over products and gives them back, and no trade is missing', async () => {
  await trading();
  const second = await scene.start();
  await second.ready();
  await until(
    async () => (await second.metric('elias_collector_feed_products')) > 0,
    30_000,
    () => `the second has none\n${second.output.slice(-2_000)}`,
  );
  const shared = await second.metric('elias_collector_feed_products');
  expect(shared).toBeLessThan(scene.products.length);
  await until(
    async () => (await first.metric('elias_collector_feed_products')) === scene.products.length - shared,
    30_000,
    () => 'the first has not left what it does not own',
  );
  second.kill('SIGTERM');
  expect((await second.exited).code).toBe(0);
  await until(
    async () => (await first.metric('elias_collector_feed_products')) === scene.products.length,
    30_000,
    () => 'the first did not take them back',
  );
  await scene.settled();
  const ids = scene.events('live.trade').map(({ product_id, trade_id }) => `${product_id} ${trade_id}`);
  expect(ids.length).toBeGreaterThan(new Set(ids).size);
});

it('kill -9 in mid-stream: whoever comes next goes on, and no trade is wrong or told twice by it', async () => {
  await trading();
  await more(scene.products[0]!, 50);
  first.kill('SIGKILL');
  await first.exited;
  const last = new Map(scene.products.map((id) => [id, scene.ids(id).at(-1)!]));
  first = await scene.start();
  await until(
    () => scene.products.every((id) => scene.ids(id).filter((one) => one > last.get(id)!).length > 50),
    60_000,
    () => `nothing goes on\n${first.output.slice(-2_000)}`,
  );
  for (const productId of scene.products) await scene.load(productId, 0);
  await sleep(1_000);
  for (const productId of scene.products) {
    const after = scene.ids(productId).filter((id) => id > last.get(productId)!);
    // what was traded while nobody listened is the one hole, which begins behind what the killed one still had under way
    const missing = scene.missing(productId).filter((id) => id > last.get(productId)!);
    expect(missing).toEqual(missing.map((_, at) => missing[0]! + at));
    expect(after.length).toBeGreaterThan(50);
  }
});
