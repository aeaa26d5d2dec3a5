import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { marketOf } from '../load-market.js';
import { RateLimit } from '../control/rate-limit.js';
import { FaultPlan } from '../control/fault-plan.js';
import { RequestCounts } from '../control/request-counts.js';
import { Exchange } from '../rest/exchange.js';
import { SimulatorClock } from '../simulator-clock.js';
import type { FeedEvent } from './feed-event.js';
import { captureOf } from './load-capture.js';
import type { LoadedCapture } from './load-capture.js';

const BEGAN_S = 1_618_677_817;
const folder = mkdtempSync(join(tmpdir(), 'elias-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

const message = (type: string, productId: string, tradeId: number): object => ({
  type,
  trade_id: tradeId,
  side: type === 'ticker' ? 'buy' : 'sell',
  ...(type === 'ticker' ? { last_size: '985' } : { size: '985' }),
  price: '0.00001305',
  product_id: productId,
  sequence: tradeId * 7,
  time: '2021-04-17T16:43:37.089723Z',
});
/** Trades 10 and 20 had happened; 11 comes after 1 s, 21 after 2 s, 12 after 3 s. */
const LINES = [
  { recv_ts: BEGAN_S - 1, dir: 'out', msg: { type: 'subscribe', product_ids: ['A-BTC', 'B-USD'], channels: ['matches'] } },
  { recv_ts: BEGAN_S, dir: 'in', msg: message('ticker', 'A-BTC', 10) },
  { recv_ts: BEGAN_S, dir: 'in', msg: message('last_match', 'A-BTC', 10) },
  { recv_ts: BEGAN_S, dir: 'in', msg: message('last_match', 'B-USD', 20) },
  { recv_ts: BEGAN_S + 0.5, dir: 'in', msg: { type: 'l2update', product_id: 'A-BTC', changes: [] } },
  { recv_ts: BEGAN_S + 1, dir: 'in', msg: message('match', 'A-BTC', 11) },
  { recv_ts: BEGAN_S + 1, dir: 'in', msg: message('ticker', 'A-BTC', 11) },
  { recv_ts: BEGAN_S + 2, dir: 'in', msg: message('match', 'B-USD', 21) },
  { recv_ts: BEGAN_S + 3, dir: 'in', msg: message('match', 'A-BTC', 12) },
];

function written(name: string, lines: readonly unknown[]): string {
  const path = join(folder, name);
  const text = `${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

const ids = (events: readonly FeedEvent[]): (string | number)[][] =>
  events.map(({ match, tradeId }) => [match === null ? 'ticker' : 'match', tradeId]);

it.each([1, 4])('tells the messages as they were, in order, at %d times their pace', (speed) => {
  const { player } = captureOf(written('capture.jsonl.gz', LINES), speed);
  expect(player.productIds()).toEqual(['A-BTC', 'B-USD']);
  expect(player.due(10 ** 9, 100)).toEqual([]);
  player.begin(5_000);
  const first = player.due(5_000, 100);
  expect(first.map(({ match, ticker }) => (match ?? ticker)?.())).toEqual(
    [message('match', 'A-BTC', 11), message('ticker', 'A-BTC', 11)].map((told) => JSON.stringify(told)),
  );
  expect(player.due(5_000 + 1_000 / speed - 1, 100)).toEqual([]);
  player.begin(9_999);
  expect(ids(player.due(5_000 + 1_000 / speed, 100))).toEqual([['match', 21]]);
  expect(ids(player.due(5_000 + 2_000 / speed, 100))).toEqual([['match', 12]]);
  expect(player.report()).toEqual({ messages: 4, told: 4, speed, began: true });
});

it('goes as fast as it is asked, piece by piece, and again from the beginning', () => {
  const { player } = captureOf(written('capture.jsonl', LINES), 'max');
  player.begin(0);
  expect(ids(player.due(0, 3))).toEqual([
    ['match', 11],
    ['ticker', 11],
    ['match', 21],
  ]);
  expect(ids(player.due(0, 3))).toEqual([['match', 12]]);
  expect(player.product('A-BTC')?.lastMatch()).toContain('"last_match","trade_id":12');
  player.rewind();
  expect(player.due(0, 3)).toEqual([]);
  expect(JSON.parse(player.product('A-BTC')?.lastMatch() ?? '')).toEqual(message('last_match', 'A-BTC', 10));
  expect(JSON.parse(player.product('A-BTC')?.lastTicker() ?? '')).toEqual(message('ticker', 'A-BTC', 10));
  expect(player.product('B-USD')?.lastTicker()).toBeNull();
  expect(JSON.parse(player.product('B-USD')?.heartbeat(BEGAN_S * 1_000) ?? '')).toMatchObject({ last_trade_id: 20, sequence: 140 });
});

it('REST has the trades that the feed has passed, and no candles', async () => {
  const capture: LoadedCapture = captureOf(written('rest.jsonl', LINES), 1);
  const market = marketOf({ seed: 'elias', recordings: null, archives: capture.candles, furtherProductIds: [] });
  for (const [productId, trades] of capture.trades) market.replaceTrades(productId, trades);
  const limit = new RateLimit({ enabled: false, perSecond: 10, burst: 15 });
  const exchange = new Exchange(market, new SimulatorClock(0, () => 0), limit, new FaultPlan(), new RequestCounts());
  const get = async (url: string): Promise<[number, unknown]> => {
    const { status, body } = await exchange.answer({ method: 'GET', url, client: '', userAgent: 'test' });
    return [status, JSON.parse(body.toString())];
  };
  capture.player.begin(0);
  capture.player.due(0, 100);
  const trade = { time: '2021-04-17T16:43:37.089Z', price: '0.00001305', size: '985.00000000', side: 'sell' };
  expect(await get('/products/A-BTC/trades')).toEqual([
    200,
    [
      { ...trade, trade_id: 11 },
      { ...trade, trade_id: 10 },
    ],
  ]);
  expect(await get('/products/A-BTC/trades?after=11')).toEqual([200, [{ ...trade, trade_id: 10 }]]);
  expect(await get('/products/A-BTC/candles?granularity=60')).toEqual([503, { message: 'the capture of A-BTC holds no candles' }]);
  expect(market.kinds()).toMatchObject({ 'A-BTC': 'capture', 'BTC-USD': 'made' });
});

it.each([
  ['torn.jsonl', ['{"recv_ts"'], /line 1/],
  ['wrong.jsonl', [LINES[1], { recv_ts: 1, dir: 'in', msg: { type: 'match', product_id: 'A-BTC' } }], /line 2/],
  ['empty.jsonl', [LINES[0]], /holds no match/],
])('refuses %s', (name, lines, problem) => {
  expect(() => captureOf(written(name, lines), 1)).toThrow(problem);
});

it('refuses a capture that is not there', () => {
  expect(() => captureOf(join(folder, 'nowhere.jsonl'), 1)).toThrow(/cannot be read/);
});
