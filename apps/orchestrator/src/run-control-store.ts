import { formatInstant } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';
import { STAGES_WAITING } from './assess-task.js';
import type { RunPlan } from './run-request.js';
import { REQUESTED } from './run-store.js';
import type { RunKind, TaskRow } from './run-store.js';

/** A run that came to its end, or whose time is up. */
export interface EndedRun {
  run_id: string;
  kind: RunKind;
  cancelled_at: Date | null;
  states: TaskRow['state'][];
}
export interface LateRun {
  run_id: string;
  kind: RunKind;
  deadline_at: Date;
}

/** SQL that bounds, ends, cancels and retries runs. Each statement belongs to a transaction that holds `lockReleases`. */
export class RunControlStore {
  /**
   * A run that is under way for exactly the same products, width and range. Who starts one takes turns with whoever starts the same one.
   * @returns its id
   */
  async activeTwin(client: PoolClient, { granularity, productIds, fromMs, toMs }: RunPlan): Promise<string | undefined> {
    const range = [formatInstant(fromMs), formatInstant(toMs)];
    const name = ['run', granularity, ...range, ...[...productIds].sort()].join(' ');
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
    const { rows } = await client.query<{ run_id: string }>(
      `SELECT r.run_id FROM pipeline.runs r
       WHERE r.ended_at IS NULL AND r.cancelled_at IS NULL AND r.kind = 'range' AND r.granularity = $1 AND r.from_at = $2 AND r.to_at = $3
         AND r.product_ids @> $4 AND r.product_ids <@ $4
         AND EXISTS (SELECT FROM pipeline.tasks t WHERE t.run_id = r.run_id AND NOT t.settled AND t.state IN ('waiting', 'running'))
       ORDER BY r.created_at LIMIT 1`,
      [granularity, ...range, productIds],
    );
    return rows[0]?.run_id;
  }

  /** @returns tasks of the run that may still change, locked; those that are not asked for yet are told apart */
  async lockUnsettled(client: PoolClient, runId: string): Promise<(TaskRow & { requested: boolean })[]> {
    const { rows } = await client.query<TaskRow & { requested: boolean }>(
      `SELECT *, ${REQUESTED} AS requested FROM pipeline.tasks WHERE run_id = $1 AND NOT settled ORDER BY window_id FOR UPDATE`,
      [runId],
    );
    return rows;
  }

  /** Ends tasks before they are asked for, and forbids the run's other ones to ask again. */
  async cancel(client: PoolClient, runId: string, neverAsked: readonly string[]): Promise<void> {
    await client.query('UPDATE pipeline.runs SET cancelled_at = now() WHERE run_id = $1 AND cancelled_at IS NULL', [runId]);
    await client.query('UPDATE pipeline.tasks SET may_ask = false WHERE run_id = $1 AND NOT settled', [runId]);
    await client.query(
      `UPDATE pipeline.tasks SET state = 'cancelled', settled = true, next_request_at = NULL, ended_at = now()
       WHERE run_id = $1 AND window_id = ANY($2)`,
      [runId, neverAsked],
    );
  }

  /**
   * Asks anew for what failed or lacks something; a run that had ended goes on, with a deadline of its own.
   * @returns how many tasks
   */
  async retry(client: PoolClient, runId: string, deadlineMs: number): Promise<number> {
    const { rowCount } = await client.query(
      `UPDATE pipeline.tasks SET state = 'waiting', stages = $2, settled = false, ended_at = NULL, next_request_at = now(),
         requests_before = cardinality(request_ids)
       WHERE run_id = $1 AND state IN ('failed', 'partial') AND NOT awaiting_answer`,
      [runId, JSON.stringify(STAGES_WAITING)],
    );
    if ((rowCount ?? 0) > 0) {
      await client.query(
        `UPDATE pipeline.runs SET ended_at = NULL, deadline_at = now() + $2::float8 * interval '1 millisecond' WHERE run_id = $1`,
        [runId, deadlineMs],
      );
    }
    return rowCount ?? 0;
  }

  /** Notes the end of runs none of whose tasks can change by itself any more. */
  async endSettled(client: PoolClient): Promise<EndedRun[]> {
    const { rows } = await client.query<EndedRun>(
      `UPDATE pipeline.runs r SET ended_at = now()
       WHERE r.ended_at IS NULL AND NOT EXISTS (SELECT FROM pipeline.tasks t WHERE t.run_id = r.run_id AND NOT t.settled)
       RETURNING r.run_id, r.kind, r.cancelled_at, (SELECT array_agg(DISTINCT t.state) FROM pipeline.tasks t WHERE t.run_id = r.run_id) AS states`,
    );
    return rows;
  }

  /** Notes, once per run, that its deadline has passed; it goes on. */
  async markLate(client: PoolClient): Promise<LateRun[]> {
    const { rows } = await client.query<LateRun>(
      `UPDATE pipeline.runs SET late_at = now() WHERE ended_at IS NULL AND late_at IS NULL AND deadline_at <= now()
       RETURNING run_id, kind, deadline_at`,
    );
    return rows;
  }
}
