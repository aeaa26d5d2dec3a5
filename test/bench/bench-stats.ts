import { encodeDayCsv } from '@elias/archive';
import type { DayRow } from '@elias/archive';
import type { Candle } from '@elias/market-data';
import {
  ALL_PRODUCTS,
  assetDiscountsOfDay,
  assetStatsOfDay,
  DailyPrices,
  dayWindowAt,
  DEFAULT_DISCOUNT_SPANS,
  DEFAULT_PRODUCT_IDS,
  TOP_DISCOUNTS_COUNT,
  topDiscounts,
} from '@elias/market-data';
import type { Figure } from './figures.js';

const RUNS = 3;
const DAYS = 400;
const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2023, 0);
const REACH_DAYS = 32;

/** Stats and discounts of 18 products over 400 days of minutes, as windows' CSV; reading and storing are not in it. */
export function benchStats(): Figure[] {
  const runs = Array.from({ length: RUNS }, () => {
    const startedMs = performance.now();
    computeAll();
    return (performance.now() - startedMs) / 1_000;
  });
  const note = 'from made minutes, each parsed and hashed, to the CSV';
  return [
    { name: `stats and discounts, ${DEFAULT_PRODUCT_IDS.length} products, ${DAYS} days`, unit: 's', runs, target: { atMost: 10 }, note },
  ];
}

function computeAll(): void {
  const daily = new Map(DEFAULT_PRODUCT_IDS.map((id, product) => [id, dailyPrices(product)]));
  for (let day = REACH_DAYS; day < REACH_DAYS + DAYS; day += 1) {
    const dayMs = FROM_MS + day * DAY_MS;
    const discounts = DEFAULT_PRODUCT_IDS.flatMap((productId) =>
      assetDiscountsOfDay({ productId, dayMs, daily: daily.get(productId)!, spans: DEFAULT_DISCOUNT_SPANS }),
    );
    encode(dayWindowAt('asset_discounts_daily', ALL_PRODUCTS, dayMs), discounts);
    for (const span of DEFAULT_DISCOUNT_SPANS) {
      const top = topDiscounts(discounts, { span, count: TOP_DISCOUNTS_COUNT, excluded: new Map() });
      encode(dayWindowAt(span === 7 ? 'discounts_7d' : 'discounts_30d', ALL_PRODUCTS, dayMs), top.rows);
    }
    DEFAULT_PRODUCT_IDS.forEach((productId, product) => {
      const minutes = { granularity: 60 as const, fromMs: dayMs, toMs: dayMs + DAY_MS, candles: minutesOf(product, dayMs) };
      const input = {
        productId,
        minutes: { ...minutes, unknownRanges: [], openRanges: [] },
        priceBefore: '100',
        daily: daily.get(productId)!,
      };
      encode(dayWindowAt('asset_stats_daily', productId, dayMs), [assetStatsOfDay(input)]);
    });
  }
}

function encode(window: Parameters<typeof encodeDayCsv>[0], rows: readonly object[]): void {
  encodeDayCsv(window, rows as readonly DayRow[]);
}

function dailyPrices(product: number): DailyPrices {
  const candles = Array.from({ length: REACH_DAYS + DAYS }, (_, day) => madeCandle(FROM_MS + day * DAY_MS, product, day));
  const span = { granularity: 86_400 as const, fromMs: FROM_MS, toMs: FROM_MS + (REACH_DAYS + DAYS) * DAY_MS };
  return new DailyPrices({ ...span, candles, unknownRanges: [], openRanges: [] });
}

const minutesOf = (product: number, dayMs: number): Candle[] =>
  Array.from({ length: 1_440 }, (_, minute) => madeCandle(dayMs + minute * 60_000, product, minute));

function madeCandle(startedAtMs: number, product: number, n: number): Candle {
  const cents = 100_000 + product * 1_000 + ((n * 7_919) % 997);
  const price = (value: number): string => `${Math.floor(value / 100)}.${String((value % 100) + 101).slice(1)}1`;
  return {
    startedAtMs,
    open: price(cents),
    high: price(cents + 300),
    low: price(cents - 300),
    close: price(cents + 20),
    volume: `${n % 50}.25`,
  };
}
