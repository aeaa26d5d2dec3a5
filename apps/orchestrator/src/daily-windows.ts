import { candleWindowAt, windowId } from '@elias/market-data';
import { daysLater, dayStartMs } from './due-daily-runs.js';
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
