import { ALL_PRODUCTS, dayWindowAt, windowId } from '@elias/market-data';
import { dayStartMs } from '../schedule/due-daily-runs.js';

/** Windows of a day that the transformer makes of every product together. */
const OF_ALL_PRODUCTS = ['asset_discounts_daily', 'discounts_7d', 'discounts_30d'] as const;

/** The product's own stats of a day, `2023-12-01`. */
export function statsWindowId(date: string, productId: string): string {
  return windowId(dayWindowAt('asset_stats_daily', productId, dayStartMs(date)));
}

export function discountWindowIds(date: string): string[] {
  return OF_ALL_PRODUCTS.map((dataset) => windowId(dayWindowAt(dataset, ALL_PRODUCTS, dayStartMs(date))));
}

/** Whether a window is a product's minutes of this day: the task that the day's stages hang on. */
export function isMinutesOf(date: string, id: string): boolean {
  return id.startsWith('candles/60/') && id.endsWith(`/${date}`);
}
