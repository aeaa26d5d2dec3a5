import type { AssetDiscountRow, DayWindow, Exclusions } from '@elias/market-data';
import { assetDiscountsOfDay, assetStatsOfDay, TOP_DISCOUNTS_COUNT, topDiscounts } from '@elias/market-data';
import type { DayTable, DayTables } from './day-tables.js';
import type { DayInputs } from './read-day.js';

export interface TableOptions {
  /** days back that prices are compared with */
  readonly spans: readonly number[];
  readonly excluded: Exclusions;
}

/** What a day's inputs give, each table computed when it is first asked for. Discounts are computed once for all of their tables. */
export function tablesOfDay(inputs: DayInputs, { spans, excluded }: TableOptions): DayTables {
  let discounts: readonly AssetDiscountRow[] | undefined;
  const allDiscounts = (): readonly AssetDiscountRow[] =>
    (discounts ??= [...inputs.daily].flatMap(([productId, daily]) =>
      assetDiscountsOfDay({ productId, dayMs: inputs.dayMs, daily, spans }),
    ));
  const top = (span: number): DayTable => topDiscounts(allDiscounts(), { span, count: TOP_DISCOUNTS_COUNT, excluded });
  const isDue = [...inputs.daily.keys()].some(inputs.hasDay);
  return {
    of({ dataset, productId }: DayWindow): DayTable | null {
      if (dataset === 'asset_stats_daily') return stats(inputs, productId);
      if (!isDue) return null;
      if (dataset === 'asset_discounts_daily') return { rows: allDiscounts(), leftOut: [] };
      return top(dataset === 'discounts_7d' ? 7 : 30);
    },
  };
}

function stats(inputs: DayInputs, productId: string): DayTable | null {
  const minutes = inputs.minutes.get(productId);
  const daily = inputs.daily.get(productId);
  if (minutes === undefined || daily === undefined || !inputs.hasDay(productId)) return null;
  return { rows: [assetStatsOfDay({ productId, minutes, priceBefore: inputs.priceBefore.get(productId) ?? null, daily })], leftOut: [] };
}
