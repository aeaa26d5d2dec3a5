import { ALL_PRODUCTS, candleWindowAt, dayWindowAt, SNAPSHOT_DATASETS, tradeWindowsOver, windowId } from '@elias/market-data';
import { dayEndMs, daysLater, dayStartMs } from './due-daily-runs.js';
import type { DailyRun } from './due-daily-runs.js';

const [MINUTE, DAY] = [60, 86_400] as const;

/**
 * What a run of the schedule asks for: each product's day of minutes, and the year of daily candles that holds the day, sealed anew while
 * it is open. A day that is collected again leaves the year to the first run of the same morning, unless that one has another year.
 */
export function dailyWindowIds({ date, daysAfter }: DailyRun, productIds: readonly string[]): string[] {
  const [atMs, morningMs] = [dayStartMs(date), dayStartMs(daysLater(date, daysAfter))];
  return productIds.flatMap((productId) => {
    const [day, year] = [candleWindowAt(productId, MINUTE, atMs), candleWindowAt(productId, DAY, atMs)];
    const ofMorning = candleWindowAt(productId, DAY, morningMs);
    return daysAfter === 0 || ofMorning.fromMs !== year.fromMs ? [windowId(day), windowId(year)] : [windowId(day)];
  });
}

/** Products whose trades are collected every day: busy ones by the hour, others by the day. */
export interface TradedProducts {
  readonly hourly: readonly string[];
  readonly daily: readonly string[];
}

/** The trades of the day that a run is for: with the day's first run, since what was traded does not change. */
export function tradeWindowIds({ date, daysAfter }: DailyRun, { hourly, daily }: TradedProducts): string[] {
  if (daysAfter !== 0) return [];
  const [fromMs, toMs] = [dayStartMs(date), dayEndMs(date)];
  const windows = [
    ...hourly.flatMap((productId) => tradeWindowsOver(productId, 3_600, fromMs, toMs)),
    ...daily.flatMap((productId) => tradeWindowsOver(productId, DAY, fromMs, toMs)),
  ];
  return windows.map(windowId);
}

/** Asking again what the exchange did not answer takes so long at most, milliseconds: the waits of `ASK_AGAIN_AFTER_MS`, and some. */
const ASKING_TAKES_MS = 40 * 60_000;

/**
 * What the exchange tells of its present alone, of the day that a run is for: asked for with the day's first run, as long as the collector
 * takes it. For a day that is over too long there is nothing to ask, so its run does without.
 * @param nowMs our clock, milliseconds since the epoch
 * @param lateMsMax how long after the day's end the collector asks the exchange, milliseconds
 */
export function snapshotWindowIds({ date, daysAfter }: DailyRun, nowMs: number, lateMsMax: number): string[] {
  if (daysAfter !== 0 || nowMs + ASKING_TAKES_MS > dayEndMs(date) + lateMsMax) return [];
  return SNAPSHOT_DATASETS.map((dataset) => windowId(dayWindowAt(dataset, ALL_PRODUCTS, dayStartMs(date))));
}
