import type { Candle } from '@elias/market-data';
import { candleWindowAt, DAY_MS } from '@elias/market-data';
import { candleDays, changedDays, daysResting } from './daily-digests.js';
import { windowsOfDay } from './windows-of-day.js';

const year = candleWindowAt('BTC-USD', 86_400, Date.UTC(2024, 0));
const at = (day: number): number => year.fromMs + day * DAY_MS;
const candle = (day: number, close: string): Candle => ({ startedAtMs: at(day), open: '1', high: '9', low: '1', close, volume: '5' });
const range = (from: number, to: number) => ({ fromMs: at(from), toMs: at(to) });
const known = (closes: Record<number, string>): string[] =>
  candleDays({
    window: year,
    candles: Object.entries(closes).map(([day, close]) => candle(Number(day), close)),
    coverage: { unknownRanges: [range(3, 5)], openRanges: [range(10, 366)] },
  });

it('tells what is known of each day of the year', () => {
  const days = known({ 0: '2', 1: '3', 5: '2' });
  expect(days).toHaveLength(366);
  expect(days.slice(2, 5)).toEqual(['no_trade', 'unknown', 'unknown']);
  expect(days.slice(9, 11)).toEqual(['no_trade', 'open']);
  expect(days[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(days[0]).toBe(days[5]);
  expect(days[0]).not.toBe(days[1]);
});

it('a day that came, went, or has another value has changed; before anything was known, all have', () => {
  const days = known({ 0: '2', 1: '3' });
  expect(changedDays(days, days)).toEqual([]);
  expect(changedDays(days, known({ 0: '2', 1: '4', 2: '1' }))).toEqual([1, 2]);
  expect(changedDays(days, known({ 1: '3' }))).toEqual([0]);
  expect(changedDays(null, days)).toHaveLength(366);
});

it('figures of a day look back, so those ahead rest on it, into the next year too', () => {
  expect(daysResting(year, [0, 2], 3)).toEqual([0, 1, 2, 3, 4, 5].map(at));
  expect(daysResting(year, [365], 2)).toEqual([Date.UTC(2024, 11, 31), Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 2)]);
});

it('a day has a window of stats for each product and one of each table', () => {
  expect([...windowsOfDay(['BTC-USD'], [at(0), at(1)])]).toEqual(
    [0, 1].flatMap((day) => [
      [`asset_stats_daily/BTC-USD/2024-01-0${day + 1}`, at(day)],
      [`asset_discounts_daily/_all/2024-01-0${day + 1}`, at(day)],
      [`discounts_7d/_all/2024-01-0${day + 1}`, at(day)],
      [`discounts_30d/_all/2024-01-0${day + 1}`, at(day)],
    ]),
  );
});
