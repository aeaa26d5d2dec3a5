import type { Postgres } from '@elias/postgres';
import type { LedgerEntry } from './plan-backfill.js';

/** What a plan reads of the ledger. Redshift is never asked: what Postgres has whole was collected whole. */
export class LedgerReads {
  constructor(private readonly postgres: Postgres) {}

  /** Those of the windows that are loaded, by name. */
  async loaded(windowIds: readonly string[]): Promise<Map<string, LedgerEntry>> {
    const rows = await this.postgres.query<LedgerEntry & { window_id: string }>(
      `SELECT window_id, unknown_periods AS unknown, open_periods AS open, row_count AS rows
       FROM market.load_ledger WHERE window_id = ANY ($1) AND state = 'loaded'`,
      [windowIds],
    );
    return new Map(rows.map(({ window_id, ...entry }) => [window_id, entry]));
  }

  /** Trades of an hour, the mean over all windows of trades that are loaded, by product; products without any are left out. */
  async tradesPerHour(productIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.postgres.query<{ product_id: string; per_hour: number }>(
      `SELECT p.product_id, (sum(l.row_count) / sum(CASE WHEN l.window_id LIKE '%T__' THEN 1 ELSE 24 END))::float8 AS per_hour
       FROM unnest($1::text[]) AS p (product_id) JOIN market.load_ledger l
         ON l.window_id >= 'trades/' || p.product_id || '/' AND l.window_id < 'trades/' || p.product_id || '0' AND l.state = 'loaded'
       GROUP BY p.product_id`,
      [productIds],
    );
    return new Map(rows.map(({ product_id, per_hour }) => [product_id, per_hour]));
  }
}
