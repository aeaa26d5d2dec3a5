import type { PoolClient } from '@elias/postgres';
import { ALL_PRODUCTS } from '@elias/market-data';
import type { CheckResult } from './check.js';

/** The newest results of each day, in Postgres. */
export class CheckStore {
  /** Replaces the results of the day for these products. */
  async put(client: PoolClient, date: string, runId: string, results: readonly CheckResult[]): Promise<void> {
    await client.query(
      `INSERT INTO pipeline.checks (date, run_id, name, product_id, outcome, detail)
       SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::jsonb[])
       ON CONFLICT (date, name, product_id) DO UPDATE
         SET outcome = EXCLUDED.outcome, detail = EXCLUDED.detail, run_id = EXCLUDED.run_id, checked_at = now()`,
      [
        ...[date, runId],
        ...[results.map(({ name }) => name), results.map(({ productId }) => productId ?? ALL_PRODUCTS)],
        results.map(({ outcome }) => outcome),
        results.map(({ text, figures }) => JSON.stringify({ text, ...(figures === undefined ? {} : { figures }) })),
      ],
    );
  }
}
