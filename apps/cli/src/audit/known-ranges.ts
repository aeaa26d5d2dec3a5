import { parseWindowId } from '@elias/market-data';
import type { Postgres } from '@elias/postgres';
import type { WindowRange } from './named-windows.js';

/** The first and the last window of one dataset, product and width. */
export interface KnownSeries {
  readonly first: string;
  readonly last: string;
}

/** Everything that Postgres's ledger has or a run has asked for, from the first window of each series to its last: what is missing between is a gap. */
export async function knownRanges(postgres: Postgres): Promise<WindowRange[]> {
  const series = await postgres.query<KnownSeries>(
    `SELECT MIN(window_id COLLATE "C") AS first, MAX(window_id COLLATE "C") AS last
     FROM (SELECT window_id FROM market.load_ledger UNION ALL SELECT window_id FROM pipeline.tasks) known
     GROUP BY regexp_replace(window_id, '/[^/]*$', ''), length(window_id) ORDER BY 1`,
  );
  return series.map(rangeOf);
}

/** @throws RangeError when one of them is not the name of a window */
export function rangeOf({ first, last }: KnownSeries): WindowRange {
  const { dataset, productId, granularity, fromMs } = parseWindowId(first);
  return { dataset, productIds: [productId], granularity, fromMs, toMs: parseWindowId(last).toMs };
}
