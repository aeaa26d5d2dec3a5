import { formatInstant } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';
import { CLOSING_STAGES_WAITING, STAGES_WAITING } from '../tasks/assess-task.js';
import { COMPUTING_FAILURES } from '../closing/plan-closing.js';
import type { RunPlan } from './run-request.js';
import { COUNTED_NOW, REQUESTED } from './run-store.js';
import type { RunKind, TaskRow } from './run-store.js';

/** A run that came to its end, or whose time is up. */
export interface EndedRun {
  run_id: string;
  kind: RunKind;
  date: string | null;
  cancelled_at: Date | null;
  states: TaskRow['state'][];
  failed_tasks: number;
}
export interface LateRun {
  run_id: string;
  kind: RunKind;
  date: string | null;
  deadline_at: Date;
}

/** Of a task: its candles are in both stores, what the transformer makes of them is not. */
const COMPUTING_FAILED = `(problem->>'reason' = ANY ('{${COMPUTING_FAILURES.join()}}'))`;

const SAME_RANGE = `r.kind = 'range' AND r.dataset = $5 AND r.granularity = $1 AND r.from_at = $2 AND r.to_at = $3 AND r.product_ids @> $4 AND r.product_ids <@ $4`;

/** SQL that bounds, ends, cancels and retries runs. Each statement belongs to a transaction that holds `lockReleases`. */
export class RunControlStore {
  /**
   * A run that is under way for exactly the same products, width and range, or for the same day. Who starts one takes turns with whoever
   * starts the same one.
   * @returns its id
   */
  async activeTwin(client: PoolClient, { date, dataset, granularity, productIds, fromMs, toMs }: RunPlan): Promise<string | undefined> {
    if (date !== null) return this.activeOfDay(client, date, true);
    const range = [formatInstant(fromMs), formatInstant(toMs)];
    const name = ['run', dataset, granularity, ...range, ...[...productIds].sort()].join(' ');
    return this.active(client, name, SAME_RANGE, [granularity, ...range, productIds, dataset]);
  }

  /**
   * A daily run of this date that is under way; of two that are started at once one sees the other.
   * @param scheduled whether those of the schedule count too
   */
  activeOfDay(client: PoolClient, date: string, scheduled: boolean): Promise<string | undefined> {
    return this.active(client, `daily run ${date}`, `r.kind = 'daily' AND r.date = $1 AND (r.days_after IS NULL OR $2)`, [date, scheduled]);
  }

  private async active(client: PoolClient, name: string, same: string, values: unknown[]): Promise<string | undefined> {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
    const { rows } = await client.query<{ run_id: string }>(
      `SELECT r.run_id FROM pipeline.runs r WHERE r.ended_at IS NULL AND r.cancelled_at IS NULL AND ${same}
         AND (r.closing OR EXISTS (SELECT FROM pipeline.tasks t WHERE t.run_id = r.run_id AND t.state IN ('waiting', 'running')))
       ORDER BY r.created_at LIMIT 1`,
      values,
    );
    return rows[0]?.run_id;
  }

  /** @returns tasks of the run that may still change or wait for its closing, locked; those that are not asked for yet are told apart */
  async lockUnsettled(client: PoolClient, runId: string): Promise<(TaskRow & { requested: boolean })[]> {
    const { rows } = await client.query<TaskRow & { requested: boolean }>(
      `SELECT *, ${REQUESTED} AS requested FROM pipeline.tasks WHERE run_id = $1 AND (NOT settled OR state = 'running') ORDER BY window_id FOR UPDATE`,
      [runId],
    );
    return rows;
  }

  /** Ends tasks before they are asked for, and forbids the run's other ones to ask again. It does not close any more. */
  async cancel(client: PoolClient, runId: string, neverAsked: readonly string[]): Promise<void> {
    await client.query('UPDATE pipeline.runs SET cancelled_at = now(), closing = false WHERE run_id = $1 AND cancelled_at IS NULL', [
      runId,
    ]);
    await client.query(`UPDATE pipeline.tasks SET may_ask = false WHERE run_id = $1 AND (NOT settled OR state = 'running')`, [runId]);
    await client.query(
      `UPDATE pipeline.tasks SET stages = stages || COALESCE((SELECT jsonb_object_agg(stage, 'skipped') FROM jsonb_each_text(stages) AS s (stage, state)
         WHERE stage = ANY ($2) AND state IN ('waiting', 'running')), '{}') WHERE run_id = $1 AND stages ? 'checks'`,
      [runId, Object.keys(CLOSING_STAGES_WAITING)],
    );
    await client.query(
      `UPDATE pipeline.tasks SET state = 'cancelled', settled = true, next_request_at = NULL, ended_at = now()
       WHERE run_id = $1 AND window_id = ANY($2)`,
      [runId, neverAsked],
    );
  }

  /**
   * Asks anew for what failed or lacks something; where only what is computed failed, that is done anew. A run that had ended goes on, with
   * a deadline of its own, and closes again.
   * @returns how many tasks
   */
  async retry(client: PoolClient, runId: string, deadlineMs: number): Promise<number> {
    const asked = await client.query(
      `UPDATE pipeline.tasks SET state = 'waiting', stages = stages || $2::jsonb, problem = NULL, settled = false, ended_at = NULL,
         next_request_at = now(), requests_before = cardinality(request_ids)
       WHERE run_id = $1 AND state IN ('failed', 'partial') AND NOT awaiting_answer AND ${COMPUTING_FAILED} IS NOT TRUE`,
      [runId, JSON.stringify(STAGES_WAITING)],
    );
    const computed = await client.query(
      `UPDATE pipeline.tasks SET state = 'running', stages = stages || $2::jsonb, problem = NULL, ended_at = NULL
       WHERE run_id = $1 AND state = 'failed' AND ${COMPUTING_FAILED}`,
      [runId, JSON.stringify(CLOSING_STAGES_WAITING)],
    );
    const retried = (asked.rowCount ?? 0) + (computed.rowCount ?? 0);
    if (retried > 0) {
      const { stats: _, ...again } = CLOSING_STAGES_WAITING;
      const closes = await client.query(
        `UPDATE pipeline.tasks SET stages = stages || CASE WHEN settled THEN $2::jsonb ELSE $3::jsonb END WHERE run_id = $1 AND stages ? 'checks'`,
        [runId, JSON.stringify(again), JSON.stringify(CLOSING_STAGES_WAITING)],
      );
      await client.query(
        `UPDATE pipeline.runs SET ended_at = NULL, counts = NULL, late_at = NULL, deadline_at = now() + $2::float8 * interval '1 millisecond', closing = $3
         WHERE run_id = $1`,
        [runId, deadlineMs, (closes.rowCount ?? 0) > 0],
      );
    }
    return retried;
  }

  /** Notes the end of runs none of whose tasks can change by itself any more. */
  async endSettled(client: PoolClient): Promise<EndedRun[]> {
    const { rows } = await client.query<EndedRun>(
      `UPDATE pipeline.runs r SET ended_at = now(), counts = ${COUNTED_NOW}
       WHERE r.ended_at IS NULL AND NOT r.closing AND NOT EXISTS (SELECT FROM pipeline.tasks t WHERE t.run_id = r.run_id AND NOT t.settled)
       RETURNING r.run_id, r.kind, to_char(r.date, 'YYYY-MM-DD') AS date, r.cancelled_at,
         COALESCE((r.counts->>'failed')::int, 0) AS failed_tasks, ARRAY(SELECT jsonb_object_keys(r.counts)) AS states`,
    );
    return rows;
  }

  /** Notes, once per run and retry, that its deadline has passed; it goes on. */
  async markLate(client: PoolClient): Promise<LateRun[]> {
    const { rows } = await client.query<LateRun>(
      `UPDATE pipeline.runs SET late_at = now() WHERE ended_at IS NULL AND late_at IS NULL AND deadline_at <= now()
       RETURNING run_id, kind, to_char(date, 'YYYY-MM-DD') AS date, deadline_at`,
    );
    return rows;
  }
}
