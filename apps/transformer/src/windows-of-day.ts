import type { ComputedDataset } from '@elias/market-data';
import { ALL_PRODUCTS, DAY_DATASETS, dayWindowAt, isComputedDataset, windowId } from '@elias/market-data';

const COMPUTED = Object.keys(DAY_DATASETS).filter(isComputedDataset);
/** Those that choose among products by what the exchange says of them. */
const CHOOSING: readonly ComputedDataset[] = ['discounts_7d', 'discounts_30d'];

/** Every window that is computed of these days: a product's own, and those of all products; by id, with the first instant of the day. */
export function windowsOfDay(productIds: readonly string[], daysMs: Iterable<number>): Map<string, number> {
  const windows = new Map<string, number>();
  for (const dayMs of daysMs) {
    for (const dataset of COMPUTED) {
      const products = DAY_DATASETS[dataset] === 'all' ? [ALL_PRODUCTS] : productIds;
      for (const productId of products) windows.set(windowId(dayWindowAt(dataset, productId, dayMs)), dayMs);
    }
  }
  return windows;
}

/** Windows of these days that rest on the list of products too. */
export function choicesOfDay(daysMs: Iterable<number>): Map<string, number> {
  const windows = new Map<string, number>();
  for (const dayMs of daysMs) for (const dataset of CHOOSING) windows.set(windowId(dayWindowAt(dataset, ALL_PRODUCTS, dayMs)), dayMs);
  return windows;
}
