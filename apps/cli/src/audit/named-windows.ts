import { DAY_MS } from '@elias/market-data';
import {
  ALL_PRODUCTS,
  candleWindowsOver,
  DAY_DATASETS,
  dayWindowAt,
  isDayDataset,
  isGranularity,
  isTradeSpan,
  tradeWindowsOver,
} from '@elias/market-data';
import type { Dataset, Window } from '@elias/market-data';

/** A range of windows of one dataset. */
export interface WindowRange {
  readonly dataset: Dataset;
  /** of a dataset of all products it means nothing */
  readonly productIds: readonly string[];
  /** width of a candle, or of a window of trades, seconds; of other datasets it means nothing */
  readonly granularity: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The windows of a range, rounded outward, by product and then by time; made one after the other.
 * @throws RangeError when there are none such
 */
export function* windowsOf({ dataset, productIds, granularity, fromMs, toMs }: WindowRange): Generator<Window, void, undefined> {
  if (isDayDataset(dataset)) {
    const products = DAY_DATASETS[dataset] === 'all' ? [ALL_PRODUCTS] : productIds;
    for (const product of products) {
      for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS) yield dayWindowAt(dataset, product, atMs);
    }
  } else if (dataset === 'trades') {
    if (!isTradeSpan(granularity)) throw new RangeError('windows of trades are of 3600 or 86400 seconds');
    for (const product of productIds) yield* tradeWindowsOver(product, granularity, fromMs, toMs);
  } else {
    if (!isGranularity(granularity)) throw new RangeError('candles are of 60, 300, 900, 3600, 21600 or 86400 seconds');
    for (const product of productIds) yield* candleWindowsOver(product, granularity, fromMs, toMs);
  }
}
