import type { CandleWindow, CoveredCandles, DayWindow, StoredWindow } from '@elias/market-data';
import { ALL_PRODUCTS, candleWindowAt, candleWindowsOver, coverSpan, DailyPrices, DAY_MS, lastPriceOf } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';
import type { CandleStore } from './postgres/candle-store.js';

/** Days of daily closes behind the volatility of 30 returns, the first of which may be carried from the day before. */
const VOLATILITY_REACH_DAYS = 31;

/** What a day's figures rest on. */
export interface DayInputs {
  readonly dayMs: number;
  /** by product; of those of which minutes of the day are loaded, the ones that the wanted windows rest on */
  readonly daily: ReadonlyMap<string, DailyPrices>;
  /** whether the daily candle of this day is known for the product, one way or the other */
  readonly hasDay: (productId: string) => boolean;
  /** minutes of the products whose own stats are wanted */
  readonly minutes: ReadonlyMap<string, CoveredCandles>;
  /** last price of the day before, where that day is whole */
  readonly priceBefore: ReadonlyMap<string, string | null>;
}

/** How many days back any figure of a day looks. */
export function reachDays(spans: readonly number[]): number {
  return Math.max(VOLATILITY_REACH_DAYS, Math.max(...spans) + 1);
}

/**
 * Reads what the wanted windows of one day rest on, in one snapshot.
 * @param day `2023-12-01`
 * @param longestSpan days
 */
export async function readDay(
  client: PoolClient,
  candles: CandleStore,
  day: string,
  wanted: readonly DayWindow[],
  longestSpan: number,
): Promise<DayInputs> {
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const productIds = (await candles.productsOfDay(client, day)).filter(isWanted(wanted));
  const span = { granularity: 86_400 as const, fromMs: dayMs - reachDays([longestSpan]) * DAY_MS, toMs: dayMs + DAY_MS };
  const years = productIds.flatMap((productId) => candleWindowsOver(productId, 86_400, span.fromMs, span.toMs));
  const storedYears = byProduct(await candles.storedWindows(client, years));
  const firstDays = await candles.firstDays(client, productIds);
  const daily = new Map(
    productIds.map((productId) => [
      productId,
      new DailyPrices(coverSpan(span, storedYears.get(productId) ?? []), firstDays.get(productId) ?? null),
    ]),
  );

  const ofDay = wanted.filter(({ dataset, productId }) => dataset === 'asset_stats_daily' && daily.has(productId));
  const windowsAt = (atMs: number): CandleWindow[] => ofDay.map(({ productId }) => candleWindowAt(productId, 60, atMs));
  const minutes = byProduct(await candles.storedWindows(client, windowsAt(dayMs)));
  const before = byProduct(await candles.storedWindows(client, windowsAt(dayMs - DAY_MS)));
  const covered = (stored: readonly StoredWindow[], atMs: number): CoveredCandles =>
    coverSpan({ granularity: 60, fromMs: atMs, toMs: atMs + DAY_MS }, stored);
  return {
    dayMs,
    daily,
    hasDay: (productId) => {
      const state = daily.get(productId)?.stateOn(dayMs);
      return state === 'present' || state === 'no_trade';
    },
    minutes: new Map([...minutes].map(([productId, stored]) => [productId, covered(stored, dayMs)])),
    priceBefore: new Map([...before].map(([productId, stored]) => [productId, lastPriceOf(covered(stored, dayMs - DAY_MS))])),
  };
}

/** A window of all products rests on every product, a product's own on that alone. */
function isWanted(wanted: readonly DayWindow[]): (productId: string) => boolean {
  const own = new Set(wanted.map(({ productId }) => productId));
  return (productId) => own.has(ALL_PRODUCTS) || own.has(productId);
}

function byProduct(windows: readonly StoredWindow[]): Map<string, StoredWindow[]> {
  const groups = new Map<string, StoredWindow[]>();
  for (const stored of windows) {
    const { productId } = stored.window;
    groups.set(productId, [...(groups.get(productId) ?? []), stored]);
  }
  return groups;
}
