import { Postgres } from '@elias/postgres';
import { factsByWindow } from '../tasks/fact.js';
import type { Fact, FactRow } from '../tasks/fact.js';
import { COUNTED_RUN, RUN_COUNTS } from './run-store.js';
import type { CountedRun, TaskRow } from './run-store.js';
import type { TaskState } from '../tasks/assess-task.js';
import { runSummary, windowView } from './run-view.js';
import type { RunProgress, RunSummary, RunView } from './run-view.js';

/** What readers of the API are told of runs and their tasks. */
export class RunReads {
  constructor(private readonly postgres: Postgres) {}

  /**
   * The newest first.
   * @param after id of the run that the page before ended with
   */
  async runs(after: string | undefined, limit: number): Promise<{ runs: RunSummary[]; next: string | null }> {
    const rows = await this.postgres.query<CountedRun>(
      `${COUNTED_RUN} WHERE $1::uuid IS NULL OR (r.created_at, r.run_id) < (SELECT created_at, run_id FROM pipeline.runs WHERE run_id = $1)
       ORDER BY r.created_at DESC, r.run_id DESC LIMIT $2`,
      [after ?? null, limit + 1],
    );
    const runs = rows.slice(0, limit).map(runSummary);
    return { runs, next: rows.length > limit ? runs.at(-1)!.run_id : null };
  }

  /**
   * A run with its tasks, by the names of their windows; undefined when there is none of this id.
   * @param after name of the window that the page before ended with
   */
  async run(runId: string, after: string, limit: number): Promise<RunView | undefined> {
    const [run] = await this.runsOf([runId]);
    if (run === undefined) return undefined;
    const tasks = await this.postgres.query<TaskRow>(
      'SELECT * FROM pipeline.tasks WHERE run_id = $1 AND window_id > $2 ORDER BY window_id LIMIT $3',
      [runId, after, limit + 1],
    );
    const page = tasks.slice(0, limit);
    const facts = await this.factsToShow(page.map((task) => task.window_id));
    const windows = page.map((task) => windowView(task, facts.get(task.window_id) ?? []));
    return { ...run, windows, next: tasks.length > limit ? page.at(-1)!.window_id : null };
  }

  /** How far a run is, by product; undefined when there is none of this id. One statement over its tasks, whatever their number. */
  async progress(runId: string): Promise<RunProgress | undefined> {
    const [run] = await this.runsOf([runId]);
    if (run === undefined) return undefined;
    const rows = await this.postgres.query<{ product_id: string; state: TaskState; tasks: number }>(
      `SELECT split_part(window_id, '/', CASE WHEN window_id LIKE 'candles/%' THEN 3 ELSE 2 END) AS product_id, state, count(*)::int AS tasks
       FROM pipeline.tasks WHERE run_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
      [runId],
    );
    const products = new Map<string, Partial<Record<TaskState, number>>>();
    for (const { product_id, state, tasks } of rows) products.set(product_id, { ...products.get(product_id), [state]: tasks });
    return {
      run_id: runId,
      state: run.state,
      ended_at: run.ended_at,
      products: [...products].map(([product_id, counts]) => ({ product_id, counts })),
    };
  }

  async runsOf(runIds: readonly string[]): Promise<RunSummary[]> {
    return (await this.postgres.query<CountedRun>(`${COUNTED_RUN} WHERE r.run_id = ANY ($1)`, [runIds])).map(runSummary);
  }

  /** What tells whether one of the newest runs has changed, by its id, the newest first. Tasks are counted of those that are under way alone. */
  async marks(limit: number): Promise<Map<string, string>> {
    const rows = await this.postgres.query<{ run_id: string; mark: string }>(
      `SELECT r.run_id, ROW(r.ended_at, r.late_at, r.cancelled_at, r.deadline_at, r.closing, ${RUN_COUNTS})::text AS mark
       FROM (SELECT * FROM pipeline.runs ORDER BY created_at DESC, run_id DESC LIMIT $1) r ORDER BY r.created_at DESC, r.run_id DESC`,
      [limit],
    );
    return new Map(rows.map(({ run_id, mark }) => [run_id, mark]));
  }

  /** Of each window what its view is made of: what was collected, sealed, refused and withdrawn. */
  private async factsToShow(windowIds: readonly string[]): Promise<Map<string, Fact[]>> {
    const rows = await this.postgres.query<FactRow>(
      `SELECT window_id, fact FROM pipeline.facts WHERE window_id = ANY ($1) AND stage NOT IN ('collection_failed', 'warehouse_loaded', 'rds_loaded')
       ORDER BY window_id, recorded_at, stage, telling`,
      [windowIds],
    );
    return factsByWindow(rows);
  }
}
