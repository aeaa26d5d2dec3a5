import type { GranularitySeconds } from './granularity.js';
import { isGranularity } from './granularity.js';
import { isProductId } from './product.js';

/** Datasets that travel as windows. */
export const DATASETS = ['candles'] as const;
export type Dataset = (typeof DATASETS)[number];

/** One dataset of one product over the half-open UTC period `[fromMs, toMs)`, milliseconds since the epoch. */
export interface CandleWindow {
  readonly dataset: 'candles';
  readonly productId: string;
  readonly granularity: GranularitySeconds;
  readonly fromMs: number;
  readonly toMs: number;
}

export type Window = CandleWindow;

/** The calendar unit that one window spans, by candle width (design §2). */
export type WindowSpan = 'day' | 'month' | 'year';

export function windowSpan(granularity: GranularitySeconds): WindowSpan {
  if (granularity === 60) return 'day';
  return granularity === 86_400 ? 'year' : 'month';
}

/**
 * The candle window that holds an instant.
 * @throws RangeError when the product id is malformed
 */
export function candleWindowAt(productId: string, granularity: GranularitySeconds, atMs: number): CandleWindow {
  if (!isProductId(productId)) throw new RangeError(`not a product id: ${productId}`);
  const [fromMs, toMs] = spanAround(atMs, windowSpan(granularity));
  return { dataset: 'candles', productId, granularity, fromMs, toMs };
}

/**
 * The windows that cover a wanted range, rounded outward, in time order.
 * @throws RangeError when the range is empty or the wrong way round
 */
export function candleWindowsOver(productId: string, granularity: GranularitySeconds, fromMs: number, toMs: number): CandleWindow[] {
  if (!(fromMs < toMs)) throw new RangeError('a range ends after it begins');
  const windows: CandleWindow[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs = windows.at(-1)!.toMs) windows.push(candleWindowAt(productId, granularity, atMs));
  return windows;
}

/** Name of a window, unique for ever: `candles/60/BTC-USD/2023-12-01`, `candles/300/BTC-USD/2023-12`, `candles/86400/BTC-USD/2023`. */
export function windowId(window: Window): string {
  return `${window.dataset}/${window.granularity}/${window.productId}/${windowDate(window)}`;
}

/** The window's date as its name has it: a day, a month or a year. */
export function windowDate(window: Window): string {
  const length = { day: 10, month: 7, year: 4 }[windowSpan(window.granularity)];
  return new Date(window.fromMs).toISOString().slice(0, length);
}

/**
 * The window that a name means.
 * @throws RangeError when it is not the name of a window
 */
export function parseWindowId(id: string): Window {
  const [dataset, width, productId, date, ...rest] = id.split('/');
  const granularity = Number(width);
  if (dataset === 'candles' && productId !== undefined && date !== undefined && rest.length === 0 && isGranularity(granularity)) {
    const fromMs = Date.parse(`${date}${{ day: '', month: '-01', year: '-01-01' }[windowSpan(granularity)]}T00:00:00Z`);
    if (isProductId(productId) && !Number.isNaN(fromMs)) {
      const window = candleWindowAt(productId, granularity, fromMs);
      if (windowId(window) === id) return window;
    }
  }
  throw new RangeError(`not the name of a window: ${id}`);
}

/** Periods (candles) in the whole window. */
export function periodCount(window: Window): number {
  return (window.toMs - window.fromMs) / (window.granularity * 1_000);
}

function spanAround(atMs: number, span: WindowSpan): [fromMs: number, toMs: number] {
  const at = new Date(atMs);
  if (Number.isNaN(at.getTime())) throw new RangeError(`not an instant: ${atMs}`);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (span === 'day') return [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  if (span === 'month') return [Date.UTC(year, month), Date.UTC(year, month + 1)];
  return [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
}
