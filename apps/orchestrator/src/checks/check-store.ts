import type { PoolClient, Postgres } from '@elias/postgres';
import { ALL_PRODUCTS } from '@elias/market-data';
import type { CheckName, CheckOutcome, CheckResult } from './check.js';

/** A result as the API shows it. */
export interface CheckView {
  name: CheckName;
  product_id: string | null;
  outcome: CheckOutcome;
  text: string;
  figures: Record<string, unknown> | null;
  run_id: string;
  checked_at: string;
}

/** The newest results of each day, in Postgres. */
export class CheckStore {
  constructor(private readonly postgres: Postgres) {}

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

  /** @param date `2023-12-01`; without one, the latest day that was checked */
  async ofDay(date: string | undefined): Promise<{ date: string | null; checks: CheckView[] }> {
    const [latest] = date === undefined ? await this.postgres.query<{ date: string | null }>(LATEST) : [{ date }];
    const day = latest?.date ?? null;
    const checks = await this.postgres.query<CheckView>(
      `SELECT name, NULLIF(product_id, '${ALL_PRODUCTS}') AS product_id, outcome, detail->>'text' AS text, detail->'figures' AS figures, run_id,
         to_char(checked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS checked_at
       FROM pipeline.checks c WHERE date = $1 ORDER BY array_position('{failed,warned,skipped,passed}', c.outcome), c.name, c.product_id LIMIT 10000`,
      [day],
    );
    return { date: day, checks };
  }
}

const LATEST = `SELECT to_char(max(date), 'YYYY-MM-DD') AS date FROM pipeline.checks`;
