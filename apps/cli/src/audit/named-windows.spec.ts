import { windowId } from '@elias/market-data';
import type { Dataset } from '@elias/market-data';
import { windowsOf } from './named-windows.js';

const of = (dataset: Dataset, granularity: number, from: string, to: string, productIds = ['BTC-USD']): string[] =>
  [...windowsOf({ dataset, granularity, productIds, fromMs: Date.parse(from), toMs: Date.parse(to) })].map(windowId);

it.each<[string, Dataset, number, string, string, string[]]>([
  ['days of minutes', 'candles', 60, '2023-12-01', '2023-12-03', ['candles/60/BTC-USD/2023-12-01', 'candles/60/BTC-USD/2023-12-02']],
  ['the year that holds a day', 'candles', 86_400, '2023-12-01', '2023-12-02', ['candles/86400/BTC-USD/2023']],
  ['hours of trades', 'trades', 3_600, '2023-12-01', '2023-12-01T02:00Z', ['trades/BTC-USD/2023-12-01T00', 'trades/BTC-USD/2023-12-01T01']],
  ['a day of a product', 'asset_stats_daily', 60, '2023-12-01', '2023-12-02', ['asset_stats_daily/BTC-USD/2023-12-01']],
  ['a day of all products', 'products', 60, '2023-12-01', '2023-12-02', ['products/_all/2023-12-01']],
])('names %s', (_what, dataset, granularity, from, to, ids) => {
  expect(of(dataset, granularity, from, to)).toEqual(ids);
});

it('goes by product, then by time', () => {
  expect(of('candles', 60, '2023-12-01', '2023-12-03', ['B-USD', 'A-USD']).map((id) => id.slice(11))).toEqual([
    'B-USD/2023-12-01',
    'B-USD/2023-12-02',
    'A-USD/2023-12-01',
    'A-USD/2023-12-02',
  ]);
});

it('refuses a width that no window has', () => {
  expect(() => of('candles', 61, '2023-12-01', '2023-12-02')).toThrow(RangeError);
  expect(() => of('trades', 60, '2023-12-01', '2023-12-02')).toThrow(RangeError);
});
