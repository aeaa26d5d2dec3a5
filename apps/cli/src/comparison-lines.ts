import type { ComparedWindow } from './compare-windows.js';

/** One line per window, and the reason below it where it is not equal. */
export function comparisonLines(windows: readonly ComparedWindow[]): string[] {
  return windows.flatMap((window) => {
    const { product_id, granularity, from, candles, redshift_rows, rds_rows, equal, error } = window;
    const counts = `archive ${candles ?? '-'}, Redshift ${redshift_rows ?? '-'}, Postgres ${rds_rows ?? '-'}`;
    const line = `${equal ? 'equal ' : 'DIFFER'} ${product_id} ${granularity} s ${from.slice(0, 10)}: ${counts}`;
    return error === null ? [line] : [line, `       ${error}`];
  });
}
