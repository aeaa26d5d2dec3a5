import type { Candle } from '../candle.js';
import type { CoveredCandles } from './covered-candles.js';
import { DailyPrices } from './daily-prices.js';

/** Day D of the tests, and the width of its periods, milliseconds. */
export const D = Date.UTC(2024, 1, 1);
export const DAY = 86_400_000;
export const MINUTE = 60_000;

/** `open high low close volume`, or one price and a volume for all four. */
export function candleAt(startedAtMs: number, values: string): Candle {
  const [open = '', high = open, low = open, close = open, volume = '1'] = values.includes(' ') ? values.split(' ') : [values];
  return { startedAtMs, open, high, low, close, volume };
}

/** Minutes of day D by number; all others had no trade, or are in `more`. */
export function minutesOf(values: Readonly<Record<number, string>>, more: Partial<CoveredCandles> = {}): CoveredCandles {
  const candles = Object.entries(values).map(([minute, value]) => candleAt(D + Number(minute) * MINUTE, value));
  return { granularity: 60, fromMs: D, toMs: D + DAY, candles, unknownRanges: [], openRanges: [], ...more };
}

/**
 * Days up to D by how long before D they are; `null` is a day without a trade, `?` one that nobody knows, as are all from D−40 on that
 * are not given.
 */
export function dailyOf(values: Readonly<Record<number, string | null>>, listedFromMs: number | null = null): DailyPrices {
  const given = Object.entries(values).map(([before, value]) => ({ atMs: D - Number(before) * DAY, value }));
  const days = Array.from({ length: 41 }, (_, i) => D - i * DAY);
  const unknown = days.filter(
    (day) => (given.find(({ atMs }) => atMs === day)?.value ?? (given.some(({ atMs }) => atMs === day) ? '' : '?')) === '?',
  );
  return new DailyPrices(
    {
      granularity: 86_400,
      fromMs: D - 40 * DAY,
      toMs: D + DAY,
      candles: given.flatMap(({ atMs, value }) => (value === null || value === '?' ? [] : [candleAt(atMs, value)])),
      unknownRanges: unknown.map((fromMs) => ({ fromMs, toMs: fromMs + DAY })),
      openRanges: [],
    },
    listedFromMs,
  );
}
