import type { EncodedRecord } from '@elias/contracts';
import type { PoolClient } from '@elias/postgres';
import { Outbox, Postgres } from '@elias/postgres';
import { formatInstant } from '@elias/market-data';
import { CLOSING_STAGES_WAITING, STAGES_WAITING } from '../tasks/assess-task.js';
import type { Assessment, ClosingStages, Stages, TaskState } from '../tasks/assess-task.js';
import { factsByWindow } from '../tasks/fact.js';
import type { Fact, FactRow, Problem, WindowFact } from '../tasks/fact.js';

/** `range`: asked for, by whoever; `daily`: of the schedule. */
export type RunKind = 'range' | 'daily';
export type RunOrigin = 'scheduled' | 'backfill';

/** A task as Postgres keeps it. */
export interface TaskRow {
  run_id: string;
  window_id: string;
  state: TaskState;
  /** a day's minutes in a daily run have the closing ones too */
  stages: Stages & Partial<ClosingStages>;
  /** since when each stage is in its state, RFC 3339 */
  stages_since: Record<string, string>;
  request_ids: string[];
  /** requests that were made before it was retried by hand */
  requests_before: number;
  may_ask: boolean;
  next_request_at: Date | null;
  problem: Problem | null;
  started_at: Date | null;
  requested_at: Date | null;
  ended_at: Date | null;
}

export interface RunRow {
  run_id: string;
  kind: RunKind;
  idempotency_key: string | null;
  /** of a daily run, `YYYY-MM-DD` */
  date: string | null;
  days_after: number | null;
  dataset: string;
  granularity: number;
  product_ids: string[];
  from_at: Date;
  to_at: Date;
  origin: RunOrigin;
  created_at: Date;
  deadline_at: Date | null;
  late_at: Date | null;
  cancelled_at: Date | null;
  /** when every task had come to its end and nothing is asked again by itself */
  ended_at: Date | null;
  /** its stats, discounts and checks are still to come */
  closing: boolean;
}
export type TaskCounts = Partial<Record<TaskState, number>>;
export type CountedRun = RunRow & { counts: TaskCounts };

/** A run to be kept. Times are milliseconds since the epoch. */
export interface NewRun {
  readonly runId: string;
  readonly kind: RunKind;
  readonly idempotencyKey: string | null;
  readonly date: string | null;
  readonly daysAfter: number | null;
  readonly dataset: 'candles' | 'trades';
  readonly granularity: number;
  readonly productIds: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly origin: RunOrigin;
  readonly createdAtMs: number;
  /** how long it may take before it is late */
  readonly deadlineMs: number;
  readonly windowIds: readonly string[];
  /** those of them that the day's stats, discounts and checks hang on; a run with any closes with these stages */
  readonly closingIds: ReadonlySet<string>;
  /** windows of earlier runs that still lack something */
  readonly carriedIds: readonly string[];
}

/** A task whose time has come to be requested, with what its run says. */
export interface DueTask {
  run_id: string;
  window_id: string;
  request_ids: string[];
  origin: RunOrigin;
  /** products of its run, where the request names them: for the exchange's own stats; else null */
  product_ids: string[] | null;
}

/** A request that was not answered yet. */
export interface RequestUnderWay {
  window_id: string;
  request_id: string;
  requested_at: Date;
  /** how long it has been under way, milliseconds */
  age_ms: number;
}

/** A task's request; the one under way that it shares has its time already. */
export interface TaskRequest {
  run_id: string;
  window_id: string;
  requestId: string;
  requestedAt: Date | null;
}

/** A request without an answer keeps others from asking for its window for this long at most, so that a lost one blocks nobody for ever. */
const REQUEST_TRUSTED = '15 minutes';
/** A task that waits for another's answer looks again after this. */
const WAIT_FOR_ANSWER = '2 seconds';

/** Asked for since it was made or retried: before, its request is still to come, whatever is told of its window. */
export const REQUESTED = 'cardinality(request_ids) > requests_before';
const RUN_COLUMNS = `r.run_id, r.kind, r.idempotency_key, to_char(r.date, 'YYYY-MM-DD') AS date, r.days_after, r.dataset, r.granularity,
  r.product_ids, r.from_at, r.to_at, r.origin, r.created_at, r.deadline_at, r.late_at, r.cancelled_at, r.ended_at, r.closing`;
/** SQL of how many tasks of the run `r` are in which state, as they stand now. */
export const COUNTED_NOW = `(SELECT COALESCE(jsonb_object_agg(state, tasks), '{}') FROM
  (SELECT state, count(*) AS tasks FROM pipeline.tasks t WHERE t.run_id = r.run_id GROUP BY state) s)`;
/** The same; of a run that has ended as they were counted then. */
export const RUN_COUNTS = `COALESCE(r.counts, ${COUNTED_NOW})`;
export const COUNTED_RUN = `SELECT ${RUN_COLUMNS}, ${RUN_COUNTS} AS counts FROM pipeline.runs r`;

/** Held by whoever decides what is asked for: releases, cancelling, retrying, and the end of runs take turns. */
export async function lockReleases(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('elias.pipeline.release', 0))`);
}

/** Of a task whose new state is $3: the stages that close its run are still to come. */
const GOES_ON = `(stages ? 'checks' AND may_ask AND $3 IN ('succeeded', 'partial'))`;

/** SQL of the schema `pipeline`: runs, their tasks, the facts that tasks rest on, and the outbox. */
export class RunStore {
  readonly outbox: Outbox<EncodedRecord>;

  constructor(private readonly postgres: Postgres) {
    this.outbox = new Outbox(postgres);
  }

  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.postgres.transaction(work);
  }

  /** @returns false when a run with the same idempotency key was there before; nothing is written then */
  async insertRun(client: PoolClient, run: NewRun): Promise<boolean> {
    const { rowCount } = await client.query(
      `INSERT INTO pipeline.runs (run_id, kind, idempotency_key, date, days_after, dataset, granularity, product_ids, from_at, to_at, origin,
         created_at, deadline_at, closing)
       VALUES ($1, $2, $3, $4, $5, $14, $6, $7, $8, $9, $10, $11, now() + $12::float8 * interval '1 millisecond', $13)
       ON CONFLICT (idempotency_key) DO NOTHING`,
      [
        ...[run.runId, run.kind, run.idempotencyKey, run.date, run.daysAfter, run.granularity, run.productIds],
        ...[formatInstant(run.fromMs), formatInstant(run.toMs), run.origin, new Date(run.createdAtMs), run.deadlineMs],
        run.closingIds.size > 0,
        run.dataset,
      ],
    );
    if (rowCount !== 1) return false;
    const windowIds = [...run.windowIds, ...run.carriedIds];
    const closingStages = { ...STAGES_WAITING, ...CLOSING_STAGES_WAITING };
    await client.query(
      `INSERT INTO pipeline.tasks (run_id, window_id, carried, state, stages, next_request_at)
       SELECT $1, window_id, carried, 'waiting', CASE WHEN closes THEN $6::jsonb ELSE $5::jsonb END, now()
       FROM unnest($2::text[], $3::bool[], $4::bool[]) AS w (window_id, carried, closes)`,
      [
        ...[run.runId, windowIds, windowIds.map((_, i) => i >= run.windowIds.length), windowIds.map((id) => run.closingIds.has(id))],
        ...[JSON.stringify(STAGES_WAITING), JSON.stringify(closingStages)],
      ],
    );
    return true;
  }

  async runByKey(idempotencyKey: string): Promise<{ run_id: string } | undefined> {
    const sql = 'SELECT run_id FROM pipeline.runs WHERE idempotency_key = $1';
    return (await this.postgres.query<{ run_id: string }>(sql, [idempotencyKey]))[0];
  }

  async run(runId: string, client?: PoolClient): Promise<CountedRun | undefined> {
    const sql = `${COUNTED_RUN} WHERE r.run_id = $1`;
    if (client !== undefined) return (await client.query<CountedRun>(sql, [runId])).rows[0];
    return (await this.postgres.query<CountedRun>(sql, [runId]))[0];
  }

  /**
   * Tasks to be requested now, locked: scheduled ones all, backfills only as far as fewer than `backfillWindowsMax` are under way. One
   * caller at a time holds the lock, so that two orchestrators do not release twice as much.
   */
  async lockDueTasks(client: PoolClient, backfillWindowsMax: number): Promise<DueTask[]> {
    await lockReleases(client);
    const { rows } = await client.query<DueTask>(
      `WITH due AS (
         SELECT t.run_id, t.window_id, t.request_ids, r.origin, CASE WHEN t.window_id LIKE 'exchange_stats/%' THEN r.product_ids END AS product_ids,
           row_number() OVER (PARTITION BY r.origin ORDER BY t.next_request_at, r.created_at, t.window_id) AS place
         FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE t.next_request_at <= now()
       ), under_way AS (
         SELECT count(DISTINCT t.window_id) AS windows FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE t.awaiting_answer AND r.origin = 'backfill'
       )
       SELECT t.run_id, t.window_id, t.request_ids, due.origin, due.product_ids FROM pipeline.tasks t JOIN due USING (run_id, window_id)
       WHERE due.origin = 'scheduled' OR due.place <= $1 - (SELECT windows FROM under_way)
       ORDER BY due.origin DESC, due.place LIMIT 1000 FOR UPDATE OF t`,
      [backfillWindowsMax],
    );
    return rows;
  }

  /** Requests of these windows without an answer, locked: an answer that comes meanwhile waits. */
  async requestsUnderWay(client: PoolClient, windowIds: readonly string[]): Promise<RequestUnderWay[]> {
    const { rows } = await client.query<RequestUnderWay>(
      `SELECT window_id, request_ids[cardinality(request_ids)] AS request_id, requested_at,
         (EXTRACT(EPOCH FROM now() - requested_at) * 1000)::float8 AS age_ms FROM pipeline.tasks
       WHERE window_id = ANY($1) AND awaiting_answer AND requested_at > now() - interval '${REQUEST_TRUSTED}'
       ORDER BY run_id, window_id FOR UPDATE`,
      [windowIds],
    );
    return rows;
  }

  /** Notes the requests; new ones leave by the outbox in the same transaction. */
  async markRequested(client: PoolClient, requests: readonly TaskRequest[]): Promise<void> {
    if (requests.length === 0) return;
    await client.query(
      `UPDATE pipeline.tasks t SET request_ids = t.request_ids || d.request_id, next_request_at = NULL, awaiting_answer = true, state = 'running',
         stages = t.stages || '{"collect": "running"}', requested_at = COALESCE(d.requested_at, now()),
         started_at = COALESCE(t.started_at, now()), ended_at = NULL
       FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS d (run_id, window_id, request_id, requested_at)
       WHERE t.run_id = d.run_id AND t.window_id = d.window_id`,
      [
        ...[requests.map((one) => one.run_id), requests.map((one) => one.window_id)],
        ...[requests.map((one) => one.requestId), requests.map((one) => one.requestedAt)],
      ],
    );
  }

  /** These look again soon whether the request that they wait for is answered. */
  async putOff(client: PoolClient, tasks: readonly DueTask[]): Promise<void> {
    if (tasks.length === 0) return;
    await client.query(
      `UPDATE pipeline.tasks t SET next_request_at = now() + interval '${WAIT_FOR_ANSWER}'
       FROM unnest($1::uuid[], $2::text[]) AS d (run_id, window_id) WHERE t.run_id = d.run_id AND t.window_id = d.window_id`,
      [tasks.map((task) => task.run_id), tasks.map((task) => task.window_id)],
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

  /**
   * Tasks of these windows that may still change by what is told, locked in one order, so that two handlers never wait for each other in a
   * circle. Those whose request is still to come are not among them.
   */
  async lockOpenTasks(client: PoolClient, windowIds: readonly string[]): Promise<TaskRow[]> {
    const lock = (): Promise<{ rows: (TaskRow & { requested: boolean })[] }> =>
      client.query(
        `SELECT *, ${REQUESTED} AS requested FROM pipeline.tasks WHERE window_id = ANY($1) AND NOT settled
         ORDER BY run_id, window_id FOR UPDATE`,
        [windowIds],
      );
    await lock();
    // Again, as a statement sees only what stood when it began: a task may have joined a request while this waited for the one that made
    // it. None does so from here on, since whoever joins locks that one first.
    const { rows } = await lock();
    return rows.filter(({ requested }) => requested);
  }

  /** Every fact of these windows, in a fixed order, by window. */
  async facts(windowIds: readonly string[], client: PoolClient): Promise<Map<string, Fact[]>> {
    const sql = 'SELECT window_id, fact FROM pipeline.facts WHERE window_id = ANY($1) ORDER BY window_id, recorded_at, stage, telling';
    return factsByWindow((await client.query<FactRow>(sql, [windowIds])).rows);
  }

  /**
   * A wait that runs already is kept: facts that come meanwhile do not put it off. A task that closes with a run goes on until that has
   * closed, unless the run was cancelled.
   */
  async updateTask(client: PoolClient, task: TaskRow, assessment: Assessment, awaitingAnswer: boolean): Promise<void> {
    const { state, stages, problem, askAgainAfterMs } = assessment;
    const settled = state !== 'running' && state !== 'waiting' && askAgainAfterMs === null;
    await client.query(
      `UPDATE pipeline.tasks SET state = CASE WHEN ${GOES_ON} THEN 'running' ELSE $3 END, stages = stages || $4::jsonb, problem = $5,
         settled = $6, awaiting_answer = $7,
         ended_at = CASE WHEN $3 IN ('waiting', 'running') OR ${GOES_ON} THEN NULL ELSE COALESCE(ended_at, now()) END,
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
}
