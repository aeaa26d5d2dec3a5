import { ALL_PRODUCTS, candleWindowAt, dayWindowAt, tradeWindowAt } from '@elias/market-data';
import { placeConditions } from './window-place.js';

const atMs = Date.parse('2023-12-01T10:00:00Z');
const lines = (window: Parameters<typeof placeConditions>[0]): string[] =>
  placeConditions(window).map(({ of, column, operator, value }) => `${of}: ${column} ${operator} ${value}`);

it('candles are placed by product, width and instants', () => {
  expect(lines(candleWindowAt('BTC-USD', 60, atMs))).toEqual([
    'product_id: product_id = BTC-USD',
    'granularity: granularity = 60',
    'from_at: started_at >= 2023-12-01T00:00:00Z',
    'to_at: started_at < 2023-12-02T00:00:00Z',
  ]);
});

it('days by product, or of all products, and dates', () => {
  const days = ['from_at: as_of_date >= 2023-12-01', 'to_at: as_of_date < 2023-12-02'];
  expect(lines(dayWindowAt('asset_stats_daily', 'BTC-USD', atMs))).toEqual(['product_id: product_id = BTC-USD', ...days]);
  expect(lines(dayWindowAt('discounts_7d', ALL_PRODUCTS, atMs))).toEqual(days);
});

it('trades by product and instants', () => {
  const instants = ['from_at: traded_at >= 2023-12-01T10:00:00Z', 'to_at: traded_at < 2023-12-01T11:00:00Z'];
  expect(lines(tradeWindowAt('BTC-USD', 3_600, atMs))).toEqual(['product_id: product_id = BTC-USD', ...instants]);
});
