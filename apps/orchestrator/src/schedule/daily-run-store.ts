import { COLLECTION_FAILURES } from '@elias/contracts';
import type { Postgres } from '@elias/postgres';
import { COMPUTING_FAILURES } from '../closing/plan-closing.js';
import type { DailyRun } from './due-daily-runs.js';

/** SQL of the schedule. */
export class DailyRunStore {
  constructor(private readonly postgres: Postgres) {}

  /** Runs of the schedule for this day and later, and the newest first run, however old it is. */
  async known(fromDate: string): Promise<DailyRun[]> {
    return this.postgres.query<{ date: string; daysAfter: DailyRun['daysAfter'] }>(
      `SELECT to_char(date, 'YYYY-MM-DD') AS date, days_after AS "daysAfter" FROM pipeline.runs
       WHERE kind = 'daily' AND days_after IS NOT NULL AND (date >= $1 OR date = (SELECT max(date) FROM pipeline.runs WHERE kind = 'daily' AND days_after = 0))`,
      [fromDate],
    );
  }

  /**
   * Windows that lack something after all their waits, first asked for since an instant, the latest ones first: their newest task is partial,
   * or failed for a reason that may pass and that asking again may mend, and nobody is at them.
   * @param limit how many at most
   */
  async windowsThatLack(firstAskedSinceMs: number, limit: number): Promise<string[]> {
    const rows = await this.postgres.query<{ window_id: string }>(
      `SELECT newest.window_id FROM (
         SELECT DISTINCT ON (t.window_id) t.window_id, t.state, t.settled, t.problem, r.created_at
         FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id)
         WHERE t.window_id IN (SELECT window_id FROM pipeline.tasks WHERE settled AND state IN ('partial', 'failed'))
         ORDER BY t.window_id, r.created_at DESC, r.run_id DESC
       ) newest
       WHERE newest.settled AND newest.state IN ('partial', 'failed')
         AND NOT COALESCE(newest.problem->>'reason' = ANY($3), false)
         AND EXISTS (SELECT FROM pipeline.tasks f JOIN pipeline.runs fr USING (run_id) WHERE f.window_id = newest.window_id
           AND NOT f.carried AND COALESCE(fr.days_after, 0) = 0 AND fr.created_at >= $1)
         AND NOT EXISTS (SELECT FROM pipeline.tasks o WHERE o.window_id = newest.window_id AND NOT o.settled)
       ORDER BY newest.created_at DESC, newest.window_id LIMIT $2`,
      [new Date(firstAskedSinceMs), limit, [...COLLECTION_FAILURES.permanent, ...COMPUTING_FAILURES]],
    );
    return rows.map((row) => row.window_id);
  }
}
