import type { PoolClient, Postgres } from '@elias/postgres';
import type { ClosingStages, TaskState } from '../tasks/assess-task.js';
import type { Fact, Problem } from '../tasks/fact.js';
import type { TaskRow } from '../runs/run-store.js';
import type { DerivedWindow } from './assess-derived.js';

interface DerivedRow {
  window_id: string;
  marked: boolean;
  outcome: NonNullable<DerivedWindow['outcome']>['kind'] | null;
  detail: string | null;
  collected_at: Date | null;
  collection_id: string | null;
  refused: boolean | null;
}

/** A task of a run that closes, as far as that goes: all of a run's are read, as often as one of them may have changed. */
export interface ClosingTaskRow extends Pick<TaskRow, 'window_id' | 'state' | 'stages' | 'request_ids' | 'requests_before'> {
  settled: boolean;
  /** of an earlier day, and no part of the run's own */
  carried: boolean;
}

/** What becomes of a task at the end of its run. */
export interface ClosedTask {
  readonly windowId: string;
  readonly state: TaskState;
  readonly checks: ClosingStages['checks'];
  readonly problem: Problem | null;
}

/** SQL that closes runs. Each statement but the first belongs to a transaction that holds `lockReleases`. */
export class ClosingStore {
  constructor(private readonly postgres: Postgres) {}

  /** Runs that have to close, the oldest first. */
  async closingRuns(): Promise<string[]> {
    const rows = await this.postgres.query<{ run_id: string }>(
      'SELECT run_id FROM pipeline.runs WHERE closing AND cancelled_at IS NULL ORDER BY created_at, run_id',
    );
    return rows.map((row) => row.run_id);
  }

  async tasks(client: PoolClient, runId: string): Promise<ClosingTaskRow[]> {
    const { rows } = await client.query<ClosingTaskRow>(
      'SELECT window_id, state, stages, request_ids, requests_before, settled, carried FROM pipeline.tasks WHERE run_id = $1 ORDER BY window_id',
      [runId],
    );
    return rows;
  }

  async derived(client: PoolClient, windowIds: readonly string[], facts: ReadonlyMap<string, Fact[]>): Promise<Map<string, DerivedWindow>> {
    const { rows } = await client.query<DerivedRow>(
      `SELECT w.window_id, m.window_id IS NOT NULL AS marked, o.outcome, o.detail, t.collected_at, t.collection_id, t.refused
       FROM unnest($1::text[]) AS w (window_id) LEFT JOIN pipeline.transform_marks m USING (window_id)
       LEFT JOIN pipeline.transform_outcomes o USING (window_id) LEFT JOIN pipeline.transforms t USING (window_id)`,
      [windowIds],
    );
    return new Map(rows.map((row) => [row.window_id, derivedWindow(row, facts.get(row.window_id) ?? [])]));
  }

  async move(client: PoolClient, runId: string, moves: ReadonlyMap<string, Partial<ClosingStages>>): Promise<void> {
    if (moves.size === 0) return;
    await client.query(
      `UPDATE pipeline.tasks t SET stages = t.stages || d.stages FROM unnest($2::text[], $3::jsonb[]) AS d (window_id, stages)
       WHERE t.run_id = $1 AND t.window_id = d.window_id`,
      [runId, [...moves.keys()], [...moves.values()].map((stages) => JSON.stringify(stages))],
    );
  }

  /** The run's last step: it ends once this stands. */
  async close(client: PoolClient, runId: string, tasks: readonly ClosedTask[]): Promise<void> {
    await client.query(
      `UPDATE pipeline.tasks t SET state = d.state, problem = COALESCE(d.problem, t.problem), ended_at = COALESCE(t.ended_at, now()),
         stages = t.stages || jsonb_build_object('checks', d.checks)
       FROM unnest($2::text[], $3::text[], $4::text[], $5::jsonb[]) AS d (window_id, state, checks, problem)
       WHERE t.run_id = $1 AND t.window_id = d.window_id`,
      [
        ...[runId, tasks.map(({ windowId }) => windowId), tasks.map(({ state }) => state), tasks.map(({ checks }) => checks)],
        tasks.map(({ problem }) => (problem === null ? null : JSON.stringify(problem))),
      ],
    );
    await client.query('UPDATE pipeline.runs SET closing = false WHERE run_id = $1', [runId]);
  }
}

function derivedWindow(row: DerivedRow, facts: readonly Fact[]): DerivedWindow {
  const { marked, outcome, detail, collected_at, collection_id, refused } = row;
  const published =
    collected_at === null || collection_id === null
      ? null
      : {
          revision: { unknown: 0, open: 0, collectedAtMs: collected_at.getTime(), collectionId: collection_id },
          refused: refused === true,
        };
  return { marked, outcome: outcome === null ? null : { kind: outcome, detail }, published, facts };
}
