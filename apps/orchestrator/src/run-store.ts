import type { EncodedRecord } from '@elias/contracts';
import type { PoolClient } from '@elias/postgres';
import { Postgres } from '@elias/postgres';
import { formatInstant, windowId } from '@elias/market-data';
import type { Assessment, Stages, TaskState } from './assess-task.js';
import type { Fact, Problem, WindowFact } from './fact.js';
import type { RunPlan } from './run-request.js';

/** A task as Postgres keeps it. */
export interface TaskRow {
  run_id: string;
  window_id: string;
  state: TaskState;
  stages: Stages;
  request_ids: string[];
  next_request_at: Date | null;
  problem: Problem | null;
}

export interface RunRow {
  run_id: string;
  dataset: string;
  granularity: number;
  product_ids: string[];
  from_at: Date;
  to_at: Date;
  origin: 'scheduled' | 'backfill';
  created_at: Date;
}

/** A task whose time has come to be requested, with what its run says. */
export interface DueTask {
  run_id: string;
  window_id: string;
  request_ids: string[];
  origin: 'scheduled' | 'backfill';
}

const STAGES_WAITING: Stages = { collect: 'waiting', archive: 'waiting', load_warehouse: 'waiting', load_rds: 'waiting' };

/** SQL of the schema `pipeline`: runs, their tasks, the facts that tasks rest on, and the outbox. */
export class RunStore {
  constructor(private readonly postgres: Postgres) {}

  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.postgres.transaction(work);
  }

  /** @returns false when a run with the same idempotency key was there before; nothing is written then */
  async insertRun(client: PoolClient, runId: string, plan: RunPlan): Promise<boolean> {
    const run = await client.query(
      `INSERT INTO pipeline.runs (run_id, idempotency_key, dataset, granularity, product_ids, from_at, to_at, origin)
       VALUES ($1, $2, 'candles', $3, $4, $5, $6, $7) ON CONFLICT (idempotency_key) DO NOTHING`,
      [runId, plan.idempotencyKey, plan.granularity, plan.productIds, formatInstant(plan.fromMs), formatInstant(plan.toMs), plan.origin],
    );
    if (run.rowCount !== 1) return false;
    await client.query(
      `INSERT INTO pipeline.tasks (run_id, window_id, state, stages, next_request_at)
       SELECT $1, window_id, 'waiting', $3::jsonb, now() FROM unnest($2::text[]) AS window_id`,
      [runId, plan.windows.map(windowId), JSON.stringify(STAGES_WAITING)],
    );
    return true;
  }

  async runByKey(idempotencyKey: string): Promise<RunRow | undefined> {
    return (await this.postgres.query<RunRow>('SELECT * FROM pipeline.runs WHERE idempotency_key = $1', [idempotencyKey]))[0];
  }

  async run(runId: string): Promise<RunRow | undefined> {
    return (await this.postgres.query<RunRow>('SELECT * FROM pipeline.runs WHERE run_id = $1', [runId]))[0];
  }

  runs(limit: number): Promise<(RunRow & { states: TaskState[] })[]> {
    return this.postgres.query(
      `SELECT r.*, (SELECT array_agg(DISTINCT t.state) FROM pipeline.tasks t WHERE t.run_id = r.run_id) AS states
       FROM pipeline.runs r ORDER BY r.created_at DESC, r.run_id DESC LIMIT $1`,
      [limit],
    );
  }

  tasks(runId: string): Promise<TaskRow[]> {
    return this.postgres.query<TaskRow>('SELECT * FROM pipeline.tasks WHERE run_id = $1 ORDER BY window_id', [runId]);
  }

  /**
   * Tasks to be requested now, locked: scheduled ones all, backfills only as far as fewer than `backfillWindowsMax` are under way. One
   * caller at a time holds the lock, so that two orchestrators do not release twice as much.
   */
  async lockDueTasks(client: PoolClient, backfillWindowsMax: number): Promise<DueTask[]> {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('elias.pipeline.release', 0))`);
    const { rows } = await client.query<DueTask>(
      `WITH due AS (
         SELECT t.run_id, t.window_id, t.request_ids, r.origin,
           row_number() OVER (PARTITION BY r.origin ORDER BY t.next_request_at, r.created_at, t.window_id) AS place
         FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE t.next_request_at <= now()
       ), under_way AS (
         SELECT count(*) AS windows FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE t.awaiting_answer AND r.origin = 'backfill'
       )
       SELECT t.run_id, t.window_id, t.request_ids, due.origin FROM pipeline.tasks t JOIN due USING (run_id, window_id)
       WHERE due.origin = 'scheduled' OR due.place <= $1 - (SELECT windows FROM under_way)
       ORDER BY due.origin DESC, due.place LIMIT 1000 FOR UPDATE OF t`,
      [backfillWindowsMax],
    );
    return rows;
  }

  /** Notes the requests; they leave by the outbox in the same transaction. */
  async markRequested(client: PoolClient, tasks: readonly { run_id: string; window_id: string; requestId: string }[]): Promise<void> {
    await client.query(
      `UPDATE pipeline.tasks t SET request_ids = t.request_ids || d.request_id, next_request_at = NULL, awaiting_answer = true, state = 'running',
         stages = t.stages || '{"collect": "running"}'
       FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS d (run_id, window_id, request_id)
       WHERE t.run_id = d.run_id AND t.window_id = d.window_id`,
      [tasks.map((task) => task.run_id), tasks.map((task) => task.window_id), tasks.map((task) => task.requestId)],
    );
  }

  /** Keeps facts; one that is known already changes nothing. */
  async insertFacts(client: PoolClient, facts: readonly WindowFact[]): Promise<void> {
    await client.query(
      `INSERT INTO pipeline.facts (window_id, stage, telling, fact)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) ON CONFLICT DO NOTHING`,
      [facts.map((f) => f.windowId), facts.map((f) => f.fact.stage), facts.map((f) => f.telling), facts.map((f) => JSON.stringify(f.fact))],
    );
  }

  /** Tasks of these windows that may still change, locked in one order, so that two handlers never wait for each other in a circle. */
  async lockOpenTasks(client: PoolClient, windowIds: readonly string[]): Promise<TaskRow[]> {
    const { rows } = await client.query<TaskRow>(
      `SELECT * FROM pipeline.tasks WHERE window_id = ANY($1) AND NOT settled ORDER BY run_id, window_id FOR UPDATE`,
      [windowIds],
    );
    return rows;
  }

  /** Every fact of these windows, in a fixed order, by window. */
  async facts(windowIds: readonly string[], client?: PoolClient): Promise<Map<string, Fact[]>> {
    const sql = 'SELECT window_id, fact FROM pipeline.facts WHERE window_id = ANY($1) ORDER BY window_id, recorded_at, stage, telling';
    type Row = { window_id: string; fact: Fact };
    const rows = client === undefined ? await this.postgres.query<Row>(sql, [windowIds]) : (await client.query<Row>(sql, [windowIds])).rows;
    const byWindow = new Map<string, Fact[]>();
    for (const { window_id: id, fact } of rows) byWindow.set(id, [...(byWindow.get(id) ?? []), fact]);
    return byWindow;
  }

  /** A wait that runs already is kept: facts that come meanwhile do not put it off. */
  async updateTask(client: PoolClient, task: TaskRow, assessment: Assessment, awaitingAnswer: boolean): Promise<void> {
    const { state, stages, problem, askAgainAfterMs } = assessment;
    const settled = state !== 'running' && state !== 'waiting' && askAgainAfterMs === null;
    await client.query(
      `UPDATE pipeline.tasks SET state = $3, stages = $4, problem = $5, settled = $6, awaiting_answer = $7,
         next_request_at = CASE WHEN $8::float8 IS NULL THEN NULL ELSE COALESCE(next_request_at, now() + $8::float8 * interval '1 millisecond') END
       WHERE run_id = $1 AND window_id = $2`,
      [
        task.run_id,
        task.window_id,
        state,
        JSON.stringify(stages),
        problem === null ? null : JSON.stringify(problem),
        settled,
        awaitingAnswer,
        askAgainAfterMs,
      ],
    );
  }

  async insertOutbox(client: PoolClient, records: readonly EncodedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await client.query('INSERT INTO pipeline.outbox (record) SELECT * FROM unnest($1::jsonb[])', [
      records.map((record) => JSON.stringify(record)),
    ]);
  }

  /** The oldest records that have not left, locked; rows that somebody else sends are passed over. */
  async lockOutbox(client: PoolClient, limit: number): Promise<{ id: string; record: EncodedRecord }[]> {
    const sql = 'SELECT id, record FROM pipeline.outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED';
    return (await client.query<{ id: string; record: EncodedRecord }>(sql, [limit])).rows;
  }

  async deleteOutbox(client: PoolClient, ids: readonly string[]): Promise<void> {
    await client.query('DELETE FROM pipeline.outbox WHERE id = ANY($1::bigint[])', [ids]);
  }
}
