/** Tables with windows that their names are indexed in. */
export type WindowTable = 'market.load_ledger' | 'pipeline.tasks';

/**
 * SQL of a recursive table with the one column `prefix`: what windows' names begin with, up to their date, e.g. `candles/60/BTC-USD/`, each once. It
 * jumps from one to the next along the index of names, so that it costs as many looks as there are prefixes, not windows. `0` is the sign
 * after `/` in the order of bytes.
 * @param name of the recursive table
 * @param from the first name that counts
 * @param to the first name that does not
 */
export function windowSeries(name: string, table: WindowTable, { from, to }: { from: string; to: string }): string {
  const first = (bound: string): string =>
    `SELECT regexp_replace(window_id, '[^/]*$', '') AS prefix FROM ${table}
     WHERE window_id >= ${bound} AND window_id < '${to}' ORDER BY window_id LIMIT 1`;
  return `${name} AS (
    (${first(`'${from}'`)})
    UNION ALL
    SELECT next.prefix FROM ${name}, LATERAL (${first(afterSeries(`${name}.prefix`))}) next
  )`;
}

/** SQL of the first name after all that begin with a prefix which ends in `/`. */
export function afterSeries(prefix: string): string {
  return `(rtrim(${prefix}, '/') || '0')`;
}

/** The names of all windows of candles. */
export const CANDLE_WINDOWS = { from: 'candles/', to: 'candles0' } as const;

/** The names of all day windows of 1-minute candles. */
export const MINUTE_WINDOWS = { from: 'candles/60/', to: 'candles/600' } as const;

/** Day window of a product's 1-minute candles. */
export function minutesWindowId(productId: string, date: string): string {
  return `${MINUTE_WINDOWS.from}${productId}/${date}`;
}
