import type { Postgres } from '@elias/postgres';
import type { TaskRow } from '../../apps/orchestrator/src/runs/run-store.js';

/** Every task of a run as Postgres keeps it, by the names of their windows. */
export function tasksOf(postgres: Postgres, runId: string): Promise<TaskRow[]> {
  return postgres.query<TaskRow>('SELECT * FROM pipeline.tasks WHERE run_id = $1 ORDER BY window_id', [runId]);
}
