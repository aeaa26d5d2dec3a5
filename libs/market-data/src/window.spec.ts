import {
  ALL_PRODUCTS,
  candleWindowAt,
  candleWindowsOver,
  DAY_DATASETS,
  dayWindowAt,
  isComputedDataset,
  isDayDataset,
  isSnapshotDataset,
  parseWindowId,
  periodCount,
  tradeWindowAt,
  windowId,
} from './window.js';

const at = (text: string): number => Date.parse(text);

it.each([
  { granularity: 60, id: 'candles/60/BTC-USD/2023-12-31', from: '2023-12-31T00:00:00Z', to: '2024-01-01T00:00:00Z', periods: 1_440 },
  { granularity: 300, id: 'candles/300/BTC-USD/2023-12', from: '2023-12-01T00:00:00Z', to: '2024-01-01T00:00:00Z', periods: 8_928 },
  { granularity: 21_600, id: 'candles/21600/BTC-USD/2023-12', from: '2023-12-01T00:00:00Z', to: '2024-01-01T00:00:00Z', periods: 124 },
  { granularity: 86_400, id: 'candles/86400/BTC-USD/2023', from: '2023-01-01T00:00:00Z', to: '2024-01-01T00:00:00Z', periods: 365 },
] as const)('$id spans its calendar unit', ({ granularity, id, from, to, periods }) => {
  const window = candleWindowAt('BTC-USD', granularity, at('2023-12-31T23:59:59Z'));
  expect(window).toEqual({ dataset: 'candles', productId: 'BTC-USD', granularity, fromMs: at(from), toMs: at(to) });
  expect(windowId(window)).toBe(id);
  expect(parseWindowId(id)).toEqual(window);
  expect(periodCount(window)).toBe(periods);
});

it.each([
  ['asset_stats_daily', 'BTC-USD'],
  ['asset_discounts_daily', ALL_PRODUCTS],
  ['discounts_7d', ALL_PRODUCTS],
  ['discounts_30d', ALL_PRODUCTS],
  ['exchange_stats', ALL_PRODUCTS],
  ['products', ALL_PRODUCTS],
] as const)('%s of %s spans one day', (dataset, productId) => {
  const window = dayWindowAt(dataset, productId, at('2024-02-29T12:00:00Z'));
  const [fromMs, toMs] = [at('2024-02-29T00:00:00Z'), at('2024-03-01T00:00:00Z')];
  expect(window).toEqual({ dataset, productId, granularity: 86_400, fromMs, toMs });
  expect(windowId(window)).toBe(`${dataset}/${productId}/2024-02-29`);
  expect(parseWindowId(windowId(window))).toEqual(window);
  expect(periodCount(window)).toBe(1);
});

it.each([
  { width: 3_600, id: 'trades/BTC-USD/2024-02-29T13', from: '2024-02-29T13:00:00Z', to: '2024-02-29T14:00:00Z' },
  { width: 86_400, id: 'trades/BTC-USD/2024-02-29', from: '2024-02-29T00:00:00Z', to: '2024-03-01T00:00:00Z' },
] as const)('$id is a window of trades, and its name tells how long it is', ({ width, id, from, to }) => {
  const window = tradeWindowAt('BTC-USD', width, at('2024-02-29T13:59:59.999Z'));
  expect(window).toEqual({ dataset: 'trades', productId: 'BTC-USD', granularity: width, fromMs: at(from), toMs: at(to) });
  expect(windowId(window)).toBe(id);
  expect(parseWindowId(id)).toEqual(window);
});

it('a day window is of one product or of all, as its dataset says', () => {
  expect(() => dayWindowAt('asset_stats_daily', ALL_PRODUCTS, 0)).toThrow(RangeError);
  expect(() => dayWindowAt('discounts_7d', 'BTC-USD', 0)).toThrow(RangeError);
});

it('a day dataset is told by the exchange, or computed', () => {
  const days = Object.keys(DAY_DATASETS);
  expect(days.every(isDayDataset)).toBe(true);
  expect(days.filter(isSnapshotDataset)).toEqual(['exchange_stats', 'products']);
  expect(days.filter(isComputedDataset)).toEqual(days.filter((dataset) => !isSnapshotDataset(dataset)));
  expect([isDayDataset('candles'), isSnapshotDataset('candles'), isComputedDataset('candles')]).toEqual([false, false, false]);
});

it('counts the 29th of February', () => {
  expect(periodCount(parseWindowId('candles/3600/BTC-USD/2024-02'))).toBe(29 * 24);
  expect(periodCount(parseWindowId('candles/86400/BTC-USD/2024'))).toBe(366);
});

it('rounds a wanted range outward, without overlap or hole', () => {
  const windows = candleWindowsOver('ETH-USD', 60, at('2023-11-30T12:00:00Z'), at('2023-12-02T00:00:01Z'));
  expect(windows.map(windowId)).toEqual(['2023-11-30', '2023-12-01', '2023-12-02'].map((day) => `candles/60/ETH-USD/${day}`));
  expect(candleWindowsOver('ETH-USD', 60, at('2023-12-01T00:00:00Z'), at('2023-12-02T00:00:00Z'))).toHaveLength(1);
  expect(() => candleWindowsOver('ETH-USD', 60, 1, 1)).toThrow(RangeError);
});

it.each([
  'candles/60/BTC-USD/2023-12',
  'candles/60/BTC-USD/2023-02-30',
  'candles/300/BTC-USD/2023-12-01',
  'candles/61/BTC-USD/2023-12-01',
  'candles/60/btc-usd/2023-12-01',
  'candles/60/BTC-USD/2023-12-01/x',
  'trades/60/BTC-USD/2023-12-01',
  'trades/BTC-USD/2023-12',
  'trades/BTC-USD/2023-12-01T24',
  'trades/BTC-USD/2023-12-01T1',
  'trades/BTC-USD/2023-12-01T13:00',
  'trades/BTC-USD/2023-12-01T13/0',
  'trades/_all/2023-12-01',
  'asset_stats_daily/_all/2023-12-01',
  'asset_stats_daily/86400/BTC-USD/2023-12-01',
  'discounts_7d/BTC-USD/2023-12-01',
  'discounts_7d/_all/2023-12',
  'discounts_7d/_all/2023-02-30',
  'toString/_all/2023-12-01',
  '',
])('"%s" names no window', (id) => {
  expect(() => parseWindowId(id)).toThrow(RangeError);
});
