import { candleWindowAt } from '@elias/market-data';
import { madeWindow } from '../../../test/support/made-window.js';
import { decodeCandlesCsv, encodeCandlesCsv } from './candles-csv.js';

const window = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1));
const candle = (startedAtMs: number) => ({ startedAtMs, open: '1', high: '2.5', low: '0.5', close: '2', volume: '0.00004776' });

it('writes a header line and one line per candle, each with a line feed', () => {
  expect(encodeCandlesCsv(window, [candle(window.fromMs), candle(window.fromMs + 120_000)]).toString()).toBe(
    'product_id,granularity,started_at,open,high,low,close,volume\n' +
      'BTC-USD,60,2023-12-01T00:00:00Z,1,2.5,0.5,2,0.00004776\n' +
      'BTC-USD,60,2023-12-01T00:02:00Z,1,2.5,0.5,2,0.00004776\n',
  );
});

it('a window without a trade is its header', () => {
  expect(decodeCandlesCsv(encodeCandlesCsv(window, []))).toEqual([]);
});

it.each([
  ['a double', [0, 0]],
  ['a step back', [60_000, 0]],
  ['off the grid', [1_000]],
  ['before the window', [-60_000]],
  ['the window’s end', [86_400_000]],
])('refuses %s', (_, offsets) => {
  const candles = offsets.map((offset) => candle(window.fromMs + offset));
  expect(() => encodeCandlesCsv(window, candles)).toThrow(RangeError);
});

it('reads back what it wrote', () => {
  const { csv, candles } = madeWindow();
  expect(decodeCandlesCsv(csv)).toEqual(candles);
});

it.each([
  ['another header', 'time,open\n'],
  ['a cut end', 'product_id,granularity,started_at,open,high,low,close,volume\nBTC-USD,60,2023-12-01T00:00:00Z,1,2,1,2,3'],
  ['a column too few', 'product_id,granularity,started_at,open,high,low,close,volume\nBTC-USD,60,2023-12-01T00:00:00Z,1,2,1,2\n'],
  ['a column too many', 'product_id,granularity,started_at,open,high,low,close,volume\nBTC-USD,60,2023-12-01T00:00:00Z,1,2,1,2,3,4\n'],
])('does not read %s', (_, text) => {
  expect(() => decodeCandlesCsv(Buffer.from(text))).toThrow(RangeError);
});
