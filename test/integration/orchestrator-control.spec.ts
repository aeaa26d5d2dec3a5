import type { ControlEvent } from '@elias/contracts';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { CancelRun } from '../../apps/orchestrator/src/runs/cancel-run.js';
import { NotificationStore } from '../../apps/orchestrator/src/notify/notification-store.js';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { ReleaseRequests } from '../../apps/orchestrator/src/tasks/release-requests.js';
import { RetryRun } from '../../apps/orchestrator/src/runs/retry-run.js';
import { RunControlStore } from '../../apps/orchestrator/src/runs/run-control-store.js';
import { RunConflictError, RunUnknownError } from '../../apps/orchestrator/src/runs/run-errors.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import type { TaskRow } from '../../apps/orchestrator/src/runs/run-store.js';
import { LedgerReads } from '../../apps/orchestrator/src/backfill/ledger-reads.js';
import { StartRun } from '../../apps/orchestrator/src/runs/start-run.js';
import { SuperviseRuns } from '../../apps/orchestrator/src/runs/supervise-runs.js';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { tasksOf } from '../support/run-tasks.js';
import { stageAnswers } from '../support/stage-answers.js';
import { testStack } from '../support/stack.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const NOBODY = '018c2a00-0000-7000-8000-000000000000';
const order = { granularity: 60, products: ['BTC-USD'], from: '2023-12-01T00:00:00Z', to: '2023-12-05T00:00:00Z' };

let database: FreshDatabase;
let postgres: Postgres;
let store: RunStore;
let metrics: Metrics;
let collections: number;
const control = new RunControlStore();

beforeAll(async () => {
  database = await freshDatabase(testStack().postgres);
  await migratePostgres(database.url, logger);
  postgres = new Postgres({ url: database.url, applicationName: 'test', poolSize: 8, logger });
  store = new RunStore(postgres);
});
beforeEach(async () => {
  [metrics, collections] = [new Metrics(), 0];
  await postgres.query('TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts, pipeline.outbox');
});
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

const start = (body: object = order, deadlineMs = 3_600_000): Promise<string> =>
  new StartRun(store, control, { productIds: () => Promise.resolve(null) }, new LedgerReads(postgres), Date.now, deadlineMs, 0)
    .run(body)
    .then(({ runId }) => runId);
const release = (windowsMax = 100): Promise<number> => new ReleaseRequests(store, windowsMax, Date.now).run();
const cancel = (runId: string): ReturnType<CancelRun['run']> => new CancelRun(store, control).run(runId);
const retry = (runId: string): ReturnType<RetryRun['run']> => new RetryRun(store, control, 3_600_000).run(runId);
const supervise = (): Promise<number> => new SuperviseRuns(store, control, new NotificationStore(postgres, true), logger, metrics).run();
const record = (events: ControlEvent[]): Promise<void> => new RecordFacts(store).run(events);
const states = async (runId: string): Promise<string> => (await tasksOf(postgres, runId)).map(({ state }) => state).join(' ');
const counted = async (name: string): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(`elias_orchestrator_${name}`));

/** What the stages tell of a task's last request. */
function answers(task: TaskRow, unknown = 0): ControlEvent[] {
  const collectionId = `018c2a00-0000-7000-8000-${String((collections += 1)).padStart(12, '0')}`;
  const { window_id, run_id, request_ids } = task;
  return Object.values(stageAnswers({ window_id, run_id, request_id: request_ids.at(-1)! }, collectionId, unknown));
}

function failure({ window_id, run_id, request_ids }: TaskRow): ControlEvent {
  const [, , product_id, date] = window_id.split('/');
  const to = new Date(Date.parse(date!) + 86_400_000).toISOString().replace('.000', '');
  return {
    type: 'collection.failed',
    data: {
      ...{ request_id: request_ids.at(-1)!, run_id, origin: 'backfill', attempt: 1, permanent: false },
      ...{ reason: 'exchange_unavailable', detail: 'status 503' },
      window: { id: window_id, dataset: 'candles', product_id: product_id!, granularity: 60, from: `${date}T00:00:00Z`, to },
    },
  };
}

it('cancel: what was not asked for is cancelled, the rest ends by itself and asks no more', async () => {
  const runId = await start();
  expect(await release(3)).toBe(3);
  const [first, second] = await tasksOf(postgres, runId);
  await record(answers(first!, 2));
  expect(await states(runId)).toBe('partial running running waiting');
  expect(await cancel(runId)).toMatchObject({ counts: { partial: 1, running: 2, cancelled: 1 }, cancelled_at: expect.any(Date) });
  await postgres.query('UPDATE pipeline.tasks SET next_request_at = now() WHERE next_request_at IS NOT NULL');
  expect(await release()).toBe(0);
  await supervise();
  expect((await store.run(runId))!.ended_at).toBeNull();
  await record(answers(second!));
  await record([failure((await tasksOf(postgres, runId))[2]!)]);
  expect(await states(runId)).toBe('partial succeeded failed cancelled');
  expect(await release()).toBe(0);
  await supervise();
  const before = await store.run(runId);
  expect(before!.ended_at).not.toBeNull();
  expect(await cancel(runId)).toEqual(before);
  expect(await counted('runs_total')).toEqual(['elias_orchestrator_runs_total{state="cancelled"} 1']);
  await expect(retry(runId)).rejects.toThrow(RunConflictError);
});

it('cancel: a telling that was refused is not asked for again', async () => {
  const runId = await start({ ...order, to: '2023-12-02T00:00:00Z' });
  await release();
  const [task] = await tasksOf(postgres, runId);
  const [collected] = answers(task!);
  const { revision } = (collected as Extract<ControlEvent, { type: 'collection.completed' }>).data;
  const refused: ControlEvent = {
    type: 'archive.failed',
    data: {
      ...{ request_id: task!.request_ids[0]!, run_id: runId, window_id: task!.window_id, revision, reason: 'wrong-hash', detail: 'x' },
      source: { topic: 't', partition: 0, offset: '0' },
    },
  };
  await record([collected!, refused]);
  expect(await states(runId)).toBe('running');
  await cancel(runId);
  expect(await states(runId)).toBe('failed');
  expect(await release()).toBe(0);
});

it('a run that ended cannot be cancelled, and one that nobody knows neither', async () => {
  const runId = await start({ ...order, to: '2023-12-02T00:00:00Z' });
  await release();
  await record(answers((await tasksOf(postgres, runId))[0]!));
  const refusal = new RunConflictError(runId, 'the run has ended, it succeeded');
  await expect(cancel(runId)).rejects.toThrow(refusal);
  await supervise();
  await expect(cancel(runId)).rejects.toThrow(refusal);
  await expect(cancel(NOBODY)).rejects.toThrow(RunUnknownError);
  await expect(retry(NOBODY)).rejects.toThrow(RunUnknownError);
});

it('retry: asks again for what failed or lacks something, once, and leaves the rest', async () => {
  const runId = await start();
  await release();
  const tasks = await tasksOf(postgres, runId);
  await record(answers(tasks[0]!));
  await record(answers(tasks[1]!, 4));
  for (let requests = 1; requests <= 4; requests += 1) {
    await record([failure((await tasksOf(postgres, runId))[2]!)]);
    await postgres.query(`UPDATE pipeline.tasks SET next_request_at = now() WHERE next_request_at IS NOT NULL AND window_id = $1`, [
      tasks[2]!.window_id,
    ]);
    await release();
  }
  expect(await states(runId)).toBe('succeeded partial failed running');
  const [one, two] = await Promise.all([retry(runId), retry(runId)]);
  expect([one.retried, two.retried].sort()).toEqual([0, 2]);
  expect(await states(runId)).toBe('succeeded waiting waiting running');
  await record(answers(tasks[1]!));
  expect(await states(runId)).toBe('succeeded waiting waiting running');
  expect(await release()).toBe(2);
  expect((await tasksOf(postgres, runId)).map(({ request_ids }) => request_ids.length)).toEqual([1, 2, 5, 1]);

  const again = await tasksOf(postgres, runId);
  await record([failure(again[2]!)]);
  expect((await tasksOf(postgres, runId))[2]).toMatchObject({ state: 'failed', next_request_at: expect.any(Date) });
  expect((await retry(runId)).retried).toBe(1);
  await release();
  for (const task of await tasksOf(postgres, runId)) if (task.state === 'running') await record(answers(task));
  expect(await states(runId)).toBe('succeeded succeeded succeeded succeeded');
  await supervise();
  await supervise();
  expect(await counted('runs_total')).toEqual(['elias_orchestrator_runs_total{state="succeeded"} 1']);
});

it('retry: a run that had failed goes on, and ends again', async () => {
  const runId = await start({ ...order, to: '2023-12-02T00:00:00Z' });
  for (let requests = 1; requests <= 4; requests += 1) {
    await postgres.query('UPDATE pipeline.tasks SET next_request_at = now() WHERE next_request_at IS NOT NULL');
    await release();
    await record([failure((await tasksOf(postgres, runId))[0]!)]);
  }
  await supervise();
  expect(await store.run(runId)).toMatchObject({ counts: { failed: 1 }, ended_at: expect.any(Date) });
  await postgres.query(`UPDATE pipeline.runs SET deadline_at = now(), late_at = now()`);
  await retry(runId);
  expect(await store.run(runId)).toMatchObject({ counts: { waiting: 1 }, ended_at: null, late_at: null });
  await release();
  await record(answers((await tasksOf(postgres, runId))[0]!));
  await supervise();
  expect(await store.run(runId)).toMatchObject({ counts: { succeeded: 1 }, ended_at: expect.any(Date) });
  expect(await counted('runs_total')).toEqual([
    'elias_orchestrator_runs_total{state="failed"} 1',
    'elias_orchestrator_runs_total{state="succeeded"} 1',
  ]);
});

it('a run that takes too long is late once, and goes on', async () => {
  const runId = await start({ ...order, to: '2023-12-02T00:00:00Z' }, 1);
  await release();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([await supervise(), await supervise()]).toEqual([1, 0]);
  expect(await counted('runs_late_total')).toEqual(['elias_orchestrator_runs_late_total 1']);
  await record(answers((await tasksOf(postgres, runId))[0]!));
  expect(await store.run(runId)).toMatchObject({ counts: { succeeded: 1 }, late_at: expect.any(Date) });
});

it('the very same run beside one that is under way is a conflict; another range, or the same key, is none', async () => {
  const keyed = { ...order, idempotency_key: 'mine' };
  const runId = await start(keyed);
  await expect(start()).rejects.toThrow(new RunConflictError(runId, `the same is under way in run ${runId}`));
  await expect(start({ ...keyed, idempotency_key: 'yours' })).rejects.toThrow(RunConflictError);
  expect(await start(keyed)).toBe(runId);
  const twins = { ...order, products: ['ETH-USD', 'BTC-USD'] };
  const started = await Promise.allSettled([start(twins), start({ ...twins, products: ['BTC-USD', 'ETH-USD'] }), start(twins)]);
  expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await start({ ...order, from: '2023-12-02T00:00:00Z' });
  await cancel(runId);
  await start();
});

it('runs that overlap ask for a window once, whatever comes at the same time, and all of them end', async () => {
  for (let round = 1; round <= 15; round += 1) {
    const range = {
      ...order,
      from: `2023-11-${String(round).padStart(2, '0')}T00:00:00Z`,
      to: `2023-11-${String(round + 1).padStart(2, '0')}T00:00:00Z`,
    };
    const first = await start(range);
    await release();
    const [task] = await tasksOf(postgres, first);
    const joining = start({ ...range, products: ['BTC-USD', 'ETH-USD'] }).then(async (runId) => {
      await release();
      return runId;
    });
    await Promise.all([record(answers(task!)), joining]);
    const second = await joining;
    for (const one of await tasksOf(postgres, second)) if (one.state === 'running') await record(answers(one));
    expect([await states(first), await states(second)]).toEqual(['succeeded', 'succeeded succeeded']);
  }
});

it('a task that joins a request while its answer waits to be recorded has the answer too', async () => {
  const range = { ...order, to: '2023-12-02T00:00:00Z' };
  const first = await start(range);
  await release();
  const [asked] = await tasksOf(postgres, first);
  const second = await start({ ...range, products: ['BTC-USD', 'ETH-USD'] });
  let recorded: Promise<void> | undefined;
  await store.transaction(async (client) => {
    const { run_id, window_id } = (await store.lockDueTasks(client, 100)).find((task) => task.window_id === asked!.window_id)!;
    const [underWay] = await store.requestsUnderWay(client, [window_id]);
    recorded = record(answers(asked!));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await store.markRequested(client, [{ run_id, window_id, requestId: underWay!.request_id, requestedAt: underWay!.requested_at }]);
  });
  await recorded;
  expect([await states(first), await states(second)]).toEqual(['succeeded', 'succeeded waiting']);
});

it('a task whose turn has not come keeps it when the facts of another run arrive', async () => {
  const first = await start({ ...order, to: '2023-12-02T00:00:00Z' });
  await release();
  const second = await start({ ...order, to: '2023-12-03T00:00:00Z' });
  await record(answers((await tasksOf(postgres, first))[0]!));
  expect(await states(second)).toBe('waiting waiting');
  expect(await release()).toBe(2);
});
