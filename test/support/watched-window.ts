/** A window that tests look at, named as a person would. */
export interface WatchedWindow {
  id: string;
  productId: string;
  /** candle width, seconds */
  granularity: number;
  fromMs: number;
  toMs: number;
  /** folder below `candles/` and `tables/candles/` */
  folder: string;
}

/** A day of minutes. @param date `2023-12-01` */
export const dayOf = (productId: string, date: string): WatchedWindow => windowOf(productId, 60, date, 'Date');

/** A month of coarser candles. @param date any day of it */
export const monthOf = (productId: string, granularity: number, date: string): WatchedWindow =>
  windowOf(productId, granularity, date, 'Month');

/** A year of daily candles. @param date any day of it */
export const yearOf = (productId: string, date: string): WatchedWindow => windowOf(productId, 86_400, date, 'FullYear');

function windowOf(productId: string, granularity: number, date: string, span: 'Date' | 'Month' | 'FullYear'): WatchedWindow {
  const length = { Date: 10, Month: 7, FullYear: 4 }[span];
  const from = new Date(`${date.slice(0, length)}${'-01-01'.slice(length - 4, 6)}`);
  const to = new Date(from);
  to[`setUTC${span}`](to[`getUTC${span}`]() + 1);
  return {
    id: `candles/${granularity}/${productId}/${date.slice(0, length)}`,
    ...{ productId, granularity, fromMs: from.getTime(), toMs: to.getTime() },
    folder: `granularity=${granularity}/product=${productId}/dt=${from.toISOString().slice(0, 10)}`,
  };
}
