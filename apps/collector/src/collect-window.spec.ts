import type { Product } from '@elias/coinbase';
import { BadAnswerError, ExchangeUnavailableError, RequestRefusedError, ValueDoesNotFitError } from '@elias/coinbase';
import { candleWindowAt } from '@elias/market-data';
import type { CollectionOutcome } from './collected-window.js';
import { CollectWindow } from './collect-window.js';
import { BTC, InMemoryExchange } from './test-exchange.js';

const day = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1));
const AFTER_MS = Date.UTC(2023, 11, 2, 0, 15);
const COLLECTION_ID = '018c0000-0000-7000-8000-00000000000a';
const parts = { deadlineMs: 1_000, windowsAtOnce: 2, newCollectionId: () => COLLECTION_ID, snapshotLateMsMax: 21_600_000, spoolFolder: '' };
const alive = (): AbortSignal => new AbortController().signal;
const collect = (exchange: InMemoryExchange, window = day, signal = alive()): Promise<CollectionOutcome> =>
  new CollectWindow({ ...parts, exchange }).run({ window, productIds: [] }, signal);
const unavailable = (reason: 'exchange_unavailable' | 'rate_limited' = 'exchange_unavailable'): ExchangeUnavailableError =>
  new ExchangeUnavailableError('/x', reason, 3);

it('collects a day in pages of 300 minutes, all at once', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  let underWay = 0;
  let most = 0;
  exchange.pageAnswer = async (_page, answer) => {
    most = Math.max(most, (underWay += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    return answer;
  };
  expect(await collect(exchange)).toMatchObject({
    kind: 'collected',
    questions: 5,
    coverage: { present: 1_440, noTrade: 0, unknown: 0, open: 0 },
    revision: { unknown: 0, open: 0, collectedAtMs: AFTER_MS, collectionId: COLLECTION_ID },
  });
  expect(most).toBe(5);
  expect(exchange.asked.sort()).toEqual([
    'BTC-USD/60 2023-12-01T00:00:00.000Z 300',
    'BTC-USD/60 2023-12-01T05:00:00.000Z 300',
    'BTC-USD/60 2023-12-01T10:00:00.000Z 300',
    'BTC-USD/60 2023-12-01T15:00:00.000Z 300',
    'BTC-USD/60 2023-12-01T20:00:00.000Z 240',
  ]);
});

it('gives each page the time that all of them take at the allowed rate', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.paceMs = (requests = 0) => requests * 60_000;
  const before = performance.now();
  await collect(exchange);
  const [call] = exchange.calls;
  expect(call!.deadlineAtMs! - before).toBeGreaterThanOrEqual(601_000);
  expect(call!.deadlineAtMs! - before).toBeLessThan(620_000);
});

it('tells what it has when some pages were not answered', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.pageAnswer = (page, answer) => (page.startMs === day.fromMs ? Promise.reject(unavailable()) : answer);
  expect(await collect(exchange)).toMatchObject({
    kind: 'collected',
    coverage: { present: 1_140, unknown: 300, unknownRanges: [{ fromMs: day.fromMs, toMs: Date.UTC(2023, 11, 1, 5) }] },
    revision: { unknown: 300, open: 0 },
  });
});

it('has nothing to tell when no page was answered', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.pageAnswer = () => Promise.reject(unavailable('rate_limited'));
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: false, reason: 'rate_limited' });
});

it('has nothing to tell when a cache answered everything without a date of its own', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.pageAnswer = (_page, answer) => ({ ...answer, answeredAtMs: null, candles: [] });
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: false, reason: 'exchange_unavailable' });
});

it('fails for good where the exchange does not know the product, without asking for candles', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.products.clear();
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: true, reason: 'unknown_product' });
  expect(exchange.asked).toEqual([]);
});

it.each<[string, Partial<Product>]>([
  ['delisted', { status: 'delisted' }],
  ['disabled', { tradingDisabled: true }],
])('still collects a product that is %s; what is missing is then unknown', async (_name, change) => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.products.set('BTC-USD', { ...BTC, ...change });
  exchange.pageAnswer = (_page, answer) => ({ ...answer, candles: answer.candles.slice(0, 10) });
  expect(await collect(exchange)).toMatchObject({ kind: 'collected', coverage: { present: 50, noTrade: 0, unknown: 1_390 } });
});

it.each([
  ['bad_record', new BadAnswerError('/x', 'high below low')],
  ['does_not_fit', new ValueDoesNotFitError('/x', 'volume', '2023-12-01T00:00:00.000Z', '1e-12')],
  ['bad_request', new RequestRefusedError('/x', 400, 'no')],
] as const)('fails for good with %s, and drops the other pages', async (reason, error) => {
  const exchange = new InMemoryExchange(AFTER_MS);
  let dropped = 0;
  exchange.pageAnswer = (page, answer, { signal }) =>
    new Promise((resolve, reject) => {
      if (page.startMs === day.fromMs) return reject(error);
      signal!.addEventListener('abort', () => {
        dropped += 1;
        reject(signal!.reason as Error);
      });
      setTimeout(() => resolve(answer), 1_000).unref();
    });
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: true, reason });
  expect(dropped).toBe(4);
});

it('a window that just began is all open, as of now', async () => {
  const exchange = new InMemoryExchange(day.fromMs + 30_000);
  expect(await collect(exchange)).toMatchObject({
    kind: 'collected',
    questions: 0,
    rowCount: 0,
    coverage: { open: 1_440, unknown: 0 },
    revision: { unknown: 0, open: 1_440, collectedAtMs: day.fromMs + 30_000 },
  });
});

it('a window of the future is a bad request', async () => {
  const exchange = new InMemoryExchange(day.fromMs - 1_000);
  const outcome = await collect(exchange);
  expect(outcome).toMatchObject({ kind: 'failed', permanent: true, reason: 'bad_request' });
  expect(outcome).toHaveProperty(
    'cause.message',
    'the window candles/60/BTC-USD/2023-12-01 begins in the future: the exchange has 2023-11-30T23:59:59Z',
  );
});

it('asks for the time before it calls a window one of the future, since the clock that is known runs late', async () => {
  const exchange = new InMemoryExchange(day.fromMs + 200_000, day.fromMs - 5_000);
  expect(await collect(exchange)).toMatchObject({ kind: 'collected', coverage: { present: 2, unknown: 1, open: 1_437 } });
  expect(exchange.asked[0]).toBe('time');
});

it('a month has its own pages', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  const outcome = await collect(exchange, candleWindowAt('BTC-USD', 900, Date.UTC(2023, 10, 1)));
  expect(outcome).toMatchObject({ kind: 'collected', questions: 10, coverage: { present: 2_880, unknown: 0, open: 0 } });
});

it('is dropped when it is told so, whatever the exchange says then', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  const stop = new AbortController();
  exchange.pageAnswer = () => {
    stop.abort(new Error('the partition was lost'));
    throw unavailable();
  };
  await expect(collect(exchange, day, stop.signal)).rejects.toThrow('the partition was lost');
});

it('lets through what nobody foresaw', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.pageAnswer = () => {
    throw new TypeError('a bug');
  };
  await expect(collect(exchange)).rejects.toThrow('a bug');
});
