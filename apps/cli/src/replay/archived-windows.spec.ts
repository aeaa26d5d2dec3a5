import { candleWindowAt, parseWindowId, windowId } from '@elias/market-data';
import type { WindowFilter } from './archived-windows.js';
import { archivedWindows, foldersOf, isMeant } from './archived-windows.js';

const ALL: WindowFilter = { dataset: null, products: null, granularity: null, fromMs: null, toMs: null };
const at = Date.parse;

it('lists as little as it can', () => {
  expect(foldersOf('', { ...ALL, dataset: 'trades' })).toEqual(['trades/']);
  expect(foldersOf('/a/b/', { ...ALL, granularity: 60, products: ['BTC-USD', 'ETH-USD'] })).toEqual([
    'a/b/candles/granularity=60/product=BTC-USD/',
    'a/b/candles/granularity=60/product=ETH-USD/',
  ]);
  expect(foldersOf('a', { ...ALL, dataset: 'candles', products: ['BTC-USD'] })).toEqual(['a/candles/']);
  expect(foldersOf('', ALL)).toContain('discounts_7d/');
});

it.each([
  [{ fromMs: at('2023-12-02') }, false],
  [{ fromMs: at('2023-12-01T23:59:59Z') }, true],
  [{ toMs: at('2023-12-01') }, false],
  [{ toMs: at('2023-12-01T00:00:01Z') }, true],
  [{ dataset: 'trades' as const }, false],
  [{ granularity: 300 }, false],
  [{ products: ['ETH-USD'] }, false],
  [{ products: ['ETH-USD', 'BTC-USD'], granularity: 60 }, true],
])('a window is meant by %j: %s', (filter, meant) => {
  expect(isMeant(candleWindowAt('BTC-USD', 60, at('2023-12-01')), { ...ALL, ...filter })).toBe(meant);
});

it('reads keys into windows, each with all that was told of it', async () => {
  const folder = 'trades/product=BTC-USD/dt=2023-12-01';
  const name = (hour: string, told: string): string => `${folder}/BTC-USD_trades_2023-12-01T${hour}_${told}`;
  const keys = [
    `${folder}/BTC-USD_trades_2023-12-01T13_r20231201T150000Z_3f9a1c07_9f2c41d07ab3.revoked.json`,
    `${name('13', 'r20231201T150000Z_3f9a1c07_9f2c41d07ab3')}.zip`,
    `${name('13', 'r20231202T150000Z_3f9a1c08_9f2c41d07ab3')}.zip`,
    `${name('14', 'r20231201T160000Z_3f9a1c09_9f2c41d07ab3')}.zip`,
    `${folder}/SHA256SUMS`,
    `${folder}/somebody-elses.zip`,
  ];
  const listed: string[] = [];
  const bucket = {
    async *list(prefix: string) {
      listed.push(prefix);
      for (const key of keys) yield await Promise.resolve({ key, bytes: 10, modifiedAtMs: 0, etag: '' });
    },
  };
  const found = [];
  for await (const one of archivedWindows(bucket, '', { ...ALL, dataset: 'trades' })) found.push(one);
  expect(listed).toEqual(['trades/']);
  expect(found.map(({ window, tellings }) => [windowId(window), tellings.map(({ markerKey }) => markerKey !== null)])).toEqual([
    ['trades/BTC-USD/2023-12-01T13', [true, false]],
    ['trades/BTC-USD/2023-12-01T14', [false]],
  ]);
  expect(found[0]!.window).toEqual(parseWindowId('trades/BTC-USD/2023-12-01T13'));
});
