import { jest } from '@jest/globals';
import { snapshotWindowIds } from '../../apps/orchestrator/src/schedule/daily-windows.js';
import type { DaysAfter } from '../../apps/orchestrator/src/schedule/due-daily-runs.js';
import { OrchestratorScene } from '../support/orchestrator-scene.js';

jest.setTimeout(90_000);

let scene: OrchestratorScene;
beforeAll(async () => {
  scene = await OrchestratorScene.open();
});
beforeEach(() => scene.begin());
afterEach(() => scene.end());
afterAll(() => scene.close());

const sql = <T extends object>(text: string): Promise<T[]> => scene.postgres.query<T>(text);
const day = (n: number): string => `2023-12-${String(n).padStart(2, '0')}`;
const days = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => day(from + i));

it('a week of days runs by itself, with a kill -9 in the middle: each run once, each task done', async () => {
  // a day takes 1.5 s
  const clock = { from: '2023-12-02T06:00:00Z', to: '2023-12-09T12:00:00Z', speed: 57_600 };
  const expected = [...days(1, 8).map((date) => `daily/${date}/0`), ...days(1, 7).map((date) => `daily/${date}/1`), `daily/${day(1)}/7`];
  const keys = async (): Promise<string[]> =>
    (await sql<{ key: string }>('SELECT idempotency_key AS key FROM pipeline.runs ORDER BY 1')).map(({ key }) => key);
  const first = scene.startSpedUp(clock);
  await scene.until(
    async () => (await keys()).length === 1,
    () => 'the last ended day does not run',
  );
  scene.runClock();
  await scene.until(
    async () => (await scene.answerAll(), (await keys()).length >= 4),
    () => 'the next days do not run',
  );
  first.kill('SIGKILL');
  await first.exited;
  expect((await keys()).length).toBeLessThan(expected.length);
  scene.startSpedUp(clock);
  let open = '';
  await scene.until(
    async () => {
      await scene.answerAll();
      open = JSON.stringify(
        await sql('SELECT r.idempotency_key, t.* FROM pipeline.runs r JOIN pipeline.tasks t USING (run_id) WHERE r.ended_at IS NULL'),
      );
      return (await keys()).length >= expected.length && open === '[]';
    },
    () => `the week does not end: ${open}`,
  );
  expect(await keys()).toEqual([...expected].sort());
  const tasks = await sql<{ key: string; created_at: Date; windows: string[]; states: string[] }>(
    `SELECT r.idempotency_key AS key, r.created_at, array_agg(t.window_id ORDER BY t.window_id) AS windows, array_agg(DISTINCT t.state) AS states
     FROM pipeline.runs r JOIN pipeline.tasks t USING (run_id) GROUP BY r.run_id ORDER BY r.idempotency_key`,
  );
  for (const { key, created_at, windows, states } of tasks) {
    const [, date, daysAfter] = key.split('/') as [string, string, string];
    const minutes = scene.products.map((id) => `candles/60/${id}/${date}`);
    const years = daysAfter === '0' ? scene.products.map((id) => `candles/86400/${id}/2023`) : [];
    const snapshots = snapshotWindowIds({ date, daysAfter: Number(daysAfter) as DaysAfter }, created_at.getTime(), 21_600_000);
    expect({ key, windows, states }).toEqual({ key, windows: [...minutes, ...years, ...snapshots].sort(), states: ['succeeded'] });
  }
  const asked = await sql<{ request_id: string }>('SELECT DISTINCT unnest(request_ids) AS request_id FROM pipeline.tasks ORDER BY 1');
  expect(asked.map(({ request_id }) => request_id)).toEqual(scene.requests.map(({ request_id }) => request_id).sort());
});

it('answers its API with problem JSON: 404, 409, and the same answer to what is asked twice', async () => {
  const orchestrator = scene.start({ ORCHESTRATOR_BACKFILL_WINDOWS_MAX: '1', ORCHESTRATOR_RUN_DEADLINE_MS: '1' });
  await scene.leads(orchestrator);
  const runs = await scene.client(orchestrator);
  for (const [path, method] of [
    ['/runs/018c2a00-0000-7000-8000-000000000000/cancel', 'POST'],
    ['/runs/018c2a00-0000-7000-8000-000000000000/retry', 'POST'],
    ['/runs/..%2f/cancel', 'POST'],
  ] as const) {
    expect(await runs.send(path, method)).toMatchObject({ status: 404, type: expect.stringContaining('application/problem+json') });
  }
  const order = { products: scene.products, from: day(1), to: day(3) };
  const runId = await runs.start(order);
  const twin = await runs.post(JSON.stringify({ ...order, from: `${order.from}T00:00:00Z`, to: `${order.to}T00:00:00Z` }));
  expect(twin).toMatchObject({ status: 409, json: { type: 'urn:elias:problem:run-conflict', run_id: runId } });

  await scene.until(
    async () => (await runs.run(runId)).windows.some(({ state }) => state === 'running'),
    () => 'nothing is asked for',
  );
  for (let times = 0; times < 2; times += 1) {
    const { status, json } = await runs.send(`/runs/${runId}/cancel`, 'POST');
    expect({ status, json }).toMatchObject({ status: 200, json: { state: 'cancelled', counts: { running: 1, cancelled: 3 } } });
  }
  expect(await runs.send(`/runs/${runId}/retry`, 'POST')).toMatchObject({ status: 409, json: { run_id: runId } });
  await scene.until(
    async () => (await scene.answerAll(), (await runs.get(`/runs/${runId}`)).json['ended_at'] !== null),
    () => 'what was under way does not end',
  );
  expect((await runs.get(`/runs/${runId}`)).json).toMatchObject({ state: 'cancelled', late: true, counts: { succeeded: 1, cancelled: 3 } });
  expect(await orchestrator.metric('elias_orchestrator_runs_total{state="cancelled"}')).toBe(1);
  expect(await orchestrator.metric('elias_orchestrator_runs_late_total')).toBe(1);

  const other = await runs.start(order);
  await scene.until(
    async () => (await scene.answerAll(), (await runs.run(other)).state === 'succeeded'),
    () => 'the second run does not end',
  );
  const [task] = (await runs.run(other)).windows;
  expect(task).toMatchObject({ attempts: 1, counts: { candles: 1_440, no_trade: 0, unknown: 0, open: 0 }, error: null });
  expect(task).toMatchObject({ started_at: expect.stringMatching(/^20/), ended_at: expect.stringMatching(/^20/) });
  await scene.until(
    async () => (await runs.get(`/runs/${other}`)).json['ended_at'] !== null,
    () => 'its end is not noted',
  );
  expect(await runs.send(`/runs/${other}/cancel`, 'POST')).toMatchObject({ status: 409, json: { run_id: other } });
  expect(await runs.send(`/runs/${other}/retry`, 'POST')).toMatchObject({ status: 200, json: { retried: 0, state: 'succeeded' } });
});
