import { ALL_PRODUCTS } from '@elias/market-data';
import { Postgres } from '@elias/postgres';
import type { CheckName, CheckOutcome } from './check.js';

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

/** What readers of the API are told of checks. */
export class CheckReads {
  constructor(private readonly postgres: Postgres) {}

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
