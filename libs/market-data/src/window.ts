import type { GranularitySeconds } from './granularity.js';
import { isGranularity } from './granularity.js';
import { isProductId } from './product.js';

/** Datasets whose windows are a UTC day, and whether one window is of one product or of all. */
export const DAY_DATASETS = {
  asset_stats_daily: 'one',
  asset_discounts_daily: 'all',
  discounts_7d: 'all',
  discounts_30d: 'all',
  exchange_stats: 'all',
  products: 'all',
} as const satisfies Record<string, 'one' | 'all'>;
export type DayDataset = keyof typeof DAY_DATASETS;

/** Those of them that the exchange tells, of its present alone, so that a day's are asked for soon after its end; the others are computed. */
export const SNAPSHOT_DATASETS = ['exchange_stats', 'products'] as const satisfies readonly DayDataset[];
export type SnapshotDataset = (typeof SNAPSHOT_DATASETS)[number];
/** Day datasets that are computed from candles. */
export type ComputedDataset = Exclude<DayDataset, SnapshotDataset>;

/** Datasets that travel as windows. */
export const DATASETS = ['candles', 'trades', ...(Object.keys(DAY_DATASETS) as DayDataset[])] as const;
export type Dataset = 'candles' | 'trades' | DayDataset;

/** What stands for the product of a window of all products. */
export const ALL_PRODUCTS = '_all';

/** One dataset of one product over the half-open UTC period `[fromMs, toMs)`, milliseconds since the epoch. */
export interface CandleWindow {
  readonly dataset: 'candles';
  readonly productId: string;
  readonly granularity: GranularitySeconds;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Widths of a window of trades, seconds: an hour of a busy product, a day of any other; whoever asks decides, and the name tells. */
export const TRADE_SPANS_SECONDS = [3_600, 86_400] as const;
export type TradeSpanSeconds = (typeof TRADE_SPANS_SECONDS)[number];

/** Trades of one product over an hour or a day. It has no grid of periods: what is known of it is counted in trades. */
export interface TradeWindow {
  readonly dataset: 'trades';
  readonly productId: string;
  /** width of the window, seconds */
  readonly granularity: TradeSpanSeconds;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One day of stats of a product, or of all: a window of one period. */
export interface DayWindow<D extends DayDataset = DayDataset> {
  readonly dataset: D;
  /** `_all` for datasets of all products */
  readonly productId: string;
  readonly granularity: 86_400;
  readonly fromMs: number;
  readonly toMs: number;
}

export type SnapshotWindow = DayWindow<SnapshotDataset>;
export type Window = CandleWindow | TradeWindow | DayWindow;

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

/**
 * The window of trades that holds an instant.
 * @throws RangeError when the product id is malformed
 */
export function tradeWindowAt(productId: string, granularity: TradeSpanSeconds, atMs: number): TradeWindow {
  if (!isProductId(productId)) throw new RangeError(`not a product id: ${productId}`);
  const [fromMs, toMs] = spanAround(atMs, granularity === 3_600 ? 'hour' : 'day');
  return { dataset: 'trades', productId, granularity, fromMs, toMs };
}

/**
 * The windows of trades that cover a wanted range, rounded outward, in time order.
 * @throws RangeError when the range is empty or the wrong way round
 */
export function tradeWindowsOver(productId: string, granularity: TradeSpanSeconds, fromMs: number, toMs: number): TradeWindow[] {
  if (!(fromMs < toMs)) throw new RangeError('a range ends after it begins');
  const windows: TradeWindow[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs = windows.at(-1)!.toMs) windows.push(tradeWindowAt(productId, granularity, atMs));
  return windows;
}

export function isTradeSpan(seconds: number): seconds is TradeSpanSeconds {
  return (TRADE_SPANS_SECONDS as readonly number[]).includes(seconds);
}

/**
 * The day window that holds an instant.
 * @param productId of a dataset of all products: `ALL_PRODUCTS`
 * @throws RangeError when the dataset has no window of this product
 */
export function dayWindowAt<D extends DayDataset>(dataset: D, productId: string, atMs: number): DayWindow<D> {
  const right = DAY_DATASETS[dataset] === 'all' ? productId === ALL_PRODUCTS : isProductId(productId);
  if (!right) throw new RangeError(`${dataset} has no window of ${productId}`);
  const [fromMs, toMs] = spanAround(atMs, 'day');
  return { dataset, productId, granularity: 86_400, fromMs, toMs };
}

export function isDayDataset(dataset: string): dataset is DayDataset {
  return Object.hasOwn(DAY_DATASETS, dataset);
}

export function isSnapshotDataset(dataset: string): dataset is SnapshotDataset {
  return SNAPSHOT_DATASETS.some((snapshot) => snapshot === dataset);
}

export function isComputedDataset(dataset: string): dataset is ComputedDataset {
  return isDayDataset(dataset) && !isSnapshotDataset(dataset);
}

/** Whether the exchange told the window, of its present alone. */
export function isSnapshotWindow(window: Window): window is SnapshotWindow {
  return isSnapshotDataset(window.dataset);
}

/**
 * Name of a window, unique for ever: `candles/60/BTC-USD/2023-12-01`, `candles/300/BTC-USD/2023-12`, `candles/86400/BTC-USD/2023`,
 * `trades/BTC-USD/2023-12-01T13`, `trades/BTC-USD/2023-12-01`, `asset_stats_daily/BTC-USD/2023-12-01`, `discounts_7d/_all/2023-12-01`.
 */
export function windowId(window: Window): string {
  const width = window.dataset === 'candles' ? `/${window.granularity}` : '';
  return `${window.dataset}${width}/${window.productId}/${windowDate(window)}`;
}

/** The window's date as its name has it: an hour, a day, a month or a year. */
export function windowDate(window: Window): string {
  return new Date(window.fromMs).toISOString().slice(0, { hour: 13, day: 10, month: 7, year: 4 }[spanOf(window)]);
}

function spanOf(window: Window): WindowSpan | 'hour' {
  if (window.dataset === 'candles') return windowSpan(window.granularity);
  return window.dataset === 'trades' && window.granularity === 3_600 ? 'hour' : 'day';
}

/**
 * The window that a name means.
 * @throws RangeError when it is not the name of a window
 */
export function parseWindowId(id: string): Window {
  const [dataset = '', ...parts] = id.split('/');
  const window = namedWindow(dataset, parts);
  if (window === null || windowId(window) !== id) throw new RangeError(`not the name of a window: ${id}`);
  return window;
}

function namedWindow(dataset: string, parts: readonly string[]): Window | null {
  if (dataset === 'candles') return namedCandles(parts);
  if (dataset === 'trades') return namedTrades(parts);
  return isDayDataset(dataset) ? namedDay(dataset, parts) : null;
}

function namedTrades([productId = '', date = '']: readonly string[]): TradeWindow | null {
  const hourly = date.includes('T');
  const fromMs = Date.parse(`${date}${hourly ? '' : 'T00'}:00:00Z`);
  return isProductId(productId) && !Number.isNaN(fromMs) ? tradeWindowAt(productId, hourly ? 3_600 : 86_400, fromMs) : null;
}

function namedCandles([width, productId = '', date]: readonly string[]): CandleWindow | null {
  const granularity = Number(width);
  if (!isGranularity(granularity) || !isProductId(productId)) return null;
  const fromMs = Date.parse(`${date}${{ day: '', month: '-01', year: '-01-01' }[windowSpan(granularity)]}T00:00:00Z`);
  return Number.isNaN(fromMs) ? null : candleWindowAt(productId, granularity, fromMs);
}

function namedDay(dataset: DayDataset, [productId = '', date]: readonly string[]): DayWindow | null {
  const fromMs = Date.parse(`${date}T00:00:00Z`);
  const known = DAY_DATASETS[dataset] === 'all' ? productId === ALL_PRODUCTS : isProductId(productId);
  return known && !Number.isNaN(fromMs) ? dayWindowAt(dataset, productId, fromMs) : null;
}

/** Periods (candles) in the whole window; a window of trades, which has no grid, is one. */
export function periodCount(window: Window): number {
  return (window.toMs - window.fromMs) / (window.granularity * 1_000);
}

function spanAround(atMs: number, span: WindowSpan | 'hour'): [fromMs: number, toMs: number] {
  const at = new Date(atMs);
  if (Number.isNaN(at.getTime())) throw new RangeError(`not an instant: ${atMs}`);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (span === 'hour') return [Date.UTC(year, month, day, at.getUTCHours()), Date.UTC(year, month, day, at.getUTCHours() + 1)];
  if (span === 'day') return [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  if (span === 'month') return [Date.UTC(year, month), Date.UTC(year, month + 1)];
  return [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
}
