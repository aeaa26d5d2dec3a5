import fc from 'fast-check';
import { aggregate, GRANULARITIES, rowsOf } from '../candles/candle-row.js';
import type { CandleRow, Granularity } from '../candles/candle-row.js';
import { decimalText, scaledOf } from '../candles/decimal-sum.js';
import { newProduct } from '../products/listed-product.js';
import { lastTradeId, tradesBetween } from '../trades/trade-pages.js';
import { MadeMarket } from './made-market.js';
import type { MadeCandles } from './made-candles.js';

const DAY_S = 86_400;
const DAY_MS = 1_000 * DAY_S;
const FROM_S = Date.UTC(2023, 10, 28) / 1_000;
const NOW_MS = Date.UTC(2023, 11, 2, 13, 37, 41, 250);
const candles = (id: string, seed = 'elias'): MadeCandles =>
  new MadeMarket(seed).candles(newProduct(id, { quote: '0.01', base: '0.00000001' }));
const rows = (source: MadeCandles, granularity: Granularity, fromS: number, toS: number, asOfMs = NOW_MS): CandleRow[] =>
  rowsOf(source.range({ granularity, fromS, toS, asOfMs }));
/** Volumes by value: whole ones and sums are not written alike. */
const byValue = (row: CandleRow): CandleRow => ({ ...row, volume: decimalText(scaledOf(row.volume)) });

it.each(GRANULARITIES.slice(1))('candles of %s s are what their minutes make, the open one included', (granularity) => {
  const source = candles('UNI-USD');
  const minutes = rows(source, 60, FROM_S, NOW_MS / 1_000);
  expect(minutes.length).toBeGreaterThan(3_000);
  expect(rows(source, granularity, FROM_S, NOW_MS / 1_000).map(byValue)).toEqual(aggregate(minutes, granularity).map(byValue));
});

it('a day of a year is the same asked for alone or after others', () => {
  const source = candles('BTC-USD');
  const long = rows(source, 86_400, FROM_S - 300 * DAY_S, FROM_S);
  expect(long).toHaveLength(301);
  expect(rows(candles('BTC-USD'), 86_400, FROM_S, FROM_S)).toEqual(long.slice(0, 1));
  expect(long.map(({ time }) => time)).toEqual(Array.from({ length: 301 }, (_, index) => FROM_S - index * DAY_S));
});

it('minutes without a trade have no row', () => {
  const day = rows(candles('MKR-USD'), 60, FROM_S, FROM_S + DAY_S - 60);
  expect(day.length).toBeGreaterThan(500);
  expect(day.length).toBeLessThan(1_000);
  expect(day.every((row, index) => index === 0 || row.time < (day[index - 1]?.time ?? 0))).toBe(true);
});

it('writes every form of a number that the exchange has', () => {
  const volumes = rows(candles('ETC-USD'), 60, FROM_S - 30 * DAY_S, FROM_S).map(({ volume }) => volume);
  expect(volumes.some((volume) => /^\d(\.\d+)?e-\d\d$/.test(volume))).toBe(true);
  expect(volumes.some((volume) => /^\d+\.\d+$/.test(volume))).toBe(true);
  expect(rows(candles('SHIB-USD'), 60, FROM_S, FROM_S + 3_600).some(({ volume }) => /^\d+\.0$/.test(volume))).toBe(true);
});

it('tells nothing of the future and nothing from before the listing', () => {
  const source = candles('BTC-USD');
  const later = rows(source, 60, NOW_MS / 1_000 - 300, NOW_MS / 1_000 + 9_000);
  expect(later[0]?.time).toBe(Math.floor(NOW_MS / 60_000) * 60);
  expect(rows(source, 60, NOW_MS / 1_000 + 60, NOW_MS / 1_000 + 9_000)).toEqual([]);
  expect(rows(source, 86_400, 0, 300 * DAY_S)).toEqual([]);
  expect(rows(source, 86_400, Date.UTC(2016, 11, 31) / 1_000, Date.UTC(2017, 0, 2) / 1_000)).toHaveLength(2);
});

it('the open minute grows with its trades and ends as the final one', () => {
  const source = candles('ETH-USD');
  const startS = Math.floor(NOW_MS / 60_000) * 60;
  const final = rows(source, 60, startS, startS, NOW_MS + DAY_MS)[0];
  let volume = 0;
  for (let ms = 0; ms < 60_000; ms += 5_000) {
    const [row] = rows(source, 60, startS, startS, startS * 1_000 + ms);
    if (row === undefined) continue;
    expect(row.open).toBe(final?.open);
    expect(Number(row.high)).toBeLessThanOrEqual(Number(final?.high));
    expect(Number(row.volume)).toBeGreaterThanOrEqual(volume);
    volume = Number(row.volume);
  }
  expect(volume).toBeGreaterThan(0);
  expect(rows(source, 60, startS, startS, startS * 1_000 + 59_999)).toEqual([final]);
});

it.each([60, 300, 86_400] as const)('the newest candles of %s s are the last of the range', (granularity) => {
  const source = candles('MKR-USD');
  const newest = rowsOf(source.newest({ granularity, count: 350, asOfMs: NOW_MS }));
  expect(newest).toHaveLength(350);
  expect(newest).toEqual(rows(source, granularity, newest.at(-1)?.time ?? 0, NOW_MS / 1_000));
});

it('the newest candles end at the listing', () => {
  const listedMs = Date.UTC(2017, 0, 1);
  const newest = rowsOf(candles('BTC-USD').newest({ granularity: 86_400, count: 350, asOfMs: listedMs + 3.5 * DAY_MS }));
  expect(newest.map(({ time }) => time)).toEqual([3, 2, 1, 0].map((day) => listedMs / 1_000 + day * DAY_S));
});

it('trades make exactly the candles', () => {
  fc.assert(
    fc.property(fc.constantFrom('BTC-USD', 'MKR-USD', 'SHIB-USD'), fc.nat(200_000), fc.nat(59_999), (id, minute, ms) => {
      const source = candles(id);
      const startS = FROM_S - minute * 60;
      const asOfMs = startS * 1_000 + ms;
      const [candle] = rows(source, 60, startS, startS, asOfMs);
      const tape = source.trades;
      const last = lastTradeId(tape, asOfMs);
      const trades = tradesBetween(tape, lastTradeId(tape, startS * 1_000 - 1) + 1, last);
      if (candle === undefined) return expect(trades).toEqual([]);
      const prices = trades.map(({ price }) => price / 10 ** tape.decimals.price);
      expect(trades.every(({ timeMs }) => timeMs >= startS * 1_000 && timeMs <= asOfMs)).toBe(true);
      expect([prices.at(-1), Math.max(...prices), Math.min(...prices), prices[0]].map(String)).toEqual([
        candle.open,
        candle.high,
        candle.low,
        candle.close,
      ]);
      expect(trades.reduce((sum, { size }) => sum + size, 0)).toBe(Math.round(Number(candle.volume) * 10 ** tape.decimals.size));
    }),
    { numRuns: 60 },
  );
});

it('trade ids rise with time and have no hole, over days', () => {
  const { trades: tape } = candles('MKR-USD');
  const last = lastTradeId(tape, NOW_MS);
  const trades = tradesBetween(tape, last - 9_999, last);
  expect(trades.map(({ tradeId }) => tradeId)).toEqual(Array.from({ length: 10_000 }, (_, index) => last - index));
  expect(trades.every((trade, index) => index === 0 || trade.timeMs <= (trades[index - 1]?.timeMs ?? 0))).toBe(true);
  expect((trades[0]?.timeMs ?? 0) - (trades.at(-1)?.timeMs ?? 0)).toBeGreaterThan(DAY_MS);
});
