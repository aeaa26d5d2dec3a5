import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { DailyRunStore } from '../../apps/orchestrator/src/schedule/daily-run-store.js';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { ReleaseRequests } from '../../apps/orchestrator/src/tasks/release-requests.js';
import { FollowedProducts } from '../../apps/orchestrator/src/products/followed-products.js';
import { RunControlStore } from '../../apps/orchestrator/src/runs/run-control-store.js';
import { RunReads } from '../../apps/orchestrator/src/runs/run-reads.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import { StartDailyRuns } from '../../apps/orchestrator/src/schedule/start-daily-runs.js';
import { LedgerReads } from '../../apps/orchestrator/src/backfill/ledger-reads.js';
import { StartRun } from '../../apps/orchestrator/src/runs/start-run.js';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { closePlayed } from '../support/played-closing.js';
import { stageAnswers } from '../support/stage-answers.js';
import { testStack } from '../support/stack.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const rules = {
  trades: { hourly: [], daily: [] },
  catchUpDays: 7,
  deadlineMs: 3_600_000,
  snapshotLateMsMax: 21_600_000,
};
const products = { ids: () => Promise.resolve({ followed: ['BTC-USD'], left: new Set<string>() }) };
const year = 'candles/86400/BTC-USD/2023';
/** What the exchange tells of its present alone. */
const snapshots = (date: string): string[] => [`exchange_stats/_all/${date}`, `products/_all/${date}`];
const minutes = (date: string, productId = 'BTC-USD'): string => `candles/60/${productId}/${date}`;
/** Quarter past midnight of the day after. */
const morningAfter = (date: string): number => Date.parse(`${date}T00:15:00Z`) + 86_400_000;

let database: FreshDatabase;
let postgres: Postgres;
let store: RunStore;
let reads: RunReads;
let nowMs: number;
let collections: number;

beforeAll(async () => {
  database = await freshDatabase(testStack().postgres);
  await migratePostgres(database.url, logger);
  postgres = new Postgres({ url: database.url, applicationName: 'test', poolSize: 6, logger });
  store = new RunStore(postgres);
  reads = new RunReads(postgres);
});
beforeEach(async () => {
  collections = 0;
  await postgres.query('TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts, pipeline.outbox');
});
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

const clock = (): number => nowMs;
const schedule = (): StartDailyRuns =>
  new StartDailyRuns(store, new DailyRunStore(postgres), new RunControlStore(), products, rules, clock, logger);
const release = (): Promise<number> => new ReleaseRequests(store, 100, clock).run();
const start = (range: { from: string; to: string; granularity?: number }, products = ['BTC-USD']): Promise<string> =>
  new StartRun(
    store,
    new RunControlStore(),
    { productIds: () => Promise.resolve(null) },
    new LedgerReads(postgres),
    clock,
    rules.deadlineMs,
    0,
  )
    .run({ ...range, products })
    .then(({ runId }) => runId);

/** Looks at the clock as a fresh process does, on the morning after a day. @returns windows of the runs it started, by key */
async function look(date: string, at: StartDailyRuns = schedule()): Promise<Record<string, string[]>> {
  nowMs = morningAfter(date);
  const known = new Set((await runs()).map(({ key }) => key));
  await at.run();
  return Object.fromEntries((await runs()).filter(({ key }) => !known.has(key)).map(({ key, windows }) => [key, windows]));
}

function runs(): Promise<{ key: string; windows: string[] }[]> {
  return postgres.query(
    `SELECT r.idempotency_key AS key, array_agg(t.window_id ORDER BY t.window_id) AS windows FROM pipeline.runs r
     JOIN pipeline.tasks t USING (run_id) GROUP BY r.run_id ORDER BY r.run_id`,
  );
}

/** Asks for what is due and answers it, again and again, until nothing is asked any more; waits pass at once. */
async function settle(unknownOf: (windowId: string) => number = () => 0): Promise<number> {
  let requests = 0;
  for (;;) {
    await postgres.query('UPDATE pipeline.tasks SET next_request_at = now() WHERE next_request_at IS NOT NULL');
    if ((await release()) === 0) {
      await closePlayed(postgres);
      return requests;
    }
    const asked = await postgres.query<{ window_id: string; request_id: string; run_id: string }>(
      `SELECT DISTINCT ON (window_id) window_id, request_ids[cardinality(request_ids)] AS request_id, run_id FROM pipeline.tasks WHERE awaiting_answer`,
    );
    requests += asked.length;
    for (const request of asked) {
      const collectionId = `018c2a00-0000-7000-8000-${String((collections += 1)).padStart(12, '0')}`;
      await new RecordFacts(store).run(Object.values(stageAnswers(request, collectionId, unknownOf(request.window_id))));
    }
  }
}

it('looks of many instances at once start each run of a morning once, with the windows that hold the day', async () => {
  await look('2023-12-01');
  nowMs = morningAfter('2023-12-02');
  await Promise.all(Array.from({ length: 4 }, () => schedule().run()));
  expect(await runs()).toEqual([
    { key: 'daily/2023-12-01/0', windows: [minutes('2023-12-01'), year, ...snapshots('2023-12-01')] },
    { key: 'daily/2023-12-02/0', windows: [minutes('2023-12-02'), year, ...snapshots('2023-12-02')] },
    { key: 'daily/2023-12-01/1', windows: [minutes('2023-12-01')] },
  ]);
  const [run] = (await reads.runs(undefined, 10)).runs.filter(({ idempotency_key }) => idempotency_key === 'daily/2023-12-01/1');
  expect(run).toMatchObject({
    kind: 'daily',
    date: '2023-12-01',
    days_after: 1,
    origin: 'scheduled',
    granularity: 60,
    counts: { waiting: 1 },
  });
});

it('a product that is followed or left between two mornings counts from the next one on, without a restart', async () => {
  const list = new FollowedProducts(postgres, { productIds: () => Promise.resolve(new Set(['BTC-USD', 'ETH-USD'])) }, ['BTC-USD']);
  const at = new StartDailyRuns(store, new DailyRunStore(postgres), new RunControlStore(), list, rules, clock, logger);
  await look('2023-12-01', at);
  await list.follow('ETH-USD');
  await list.leave('BTC-USD');
  const next = (await look('2023-12-02', at))['daily/2023-12-02/0'];
  expect(next).toEqual(['candles/60/ETH-USD/2023-12-02', 'candles/86400/ETH-USD/2023', ...snapshots('2023-12-02')]);
});

it('the last days of a year are sealed with their own year when they are collected again', async () => {
  await look('2023-12-31');
  expect(await look('2024-01-01')).toEqual({
    'daily/2024-01-01/0': [minutes('2024-01-01'), 'candles/86400/BTC-USD/2024', ...snapshots('2024-01-01')],
    'daily/2023-12-31/1': [minutes('2023-12-31'), year],
  });
});

it("the exchange's own stats and products are asked for once, of the day that just ended, for the products of the run", async () => {
  const [first, second] = ['2023-12-01', '2023-12-02'];
  await look(first);
  await release();
  const records = await postgres.query<{ value: string }>(`SELECT record->>'value' AS value FROM pipeline.outbox ORDER BY id`);
  const requests = records.map(({ value }) => JSON.parse(value) as { window: { id: string }; products?: string[] });
  expect(requests.map(({ window, products }) => [window.id, products]).sort()).toEqual([
    [minutes(first), undefined],
    [year, undefined],
    [`exchange_stats/_all/${first}`, ['BTC-USD']],
    [`products/_all/${first}`, undefined],
  ]);
  await settle();
  const again = { ...(await look(second)), ...(await look('2023-12-08')) };
  const named = Object.entries(again).flatMap(([key, windows]) =>
    windows.filter((id) => id.includes('/_all/')).map((id) => `${key} ${id}`),
  );
  expect(named).toEqual([
    ...snapshots(second).map((id) => `daily/${second}/0 ${id}`),
    ...snapshots('2023-12-08').map((id) => `daily/2023-12-08/0 ${id}`),
  ]);
});

it('trades are asked for once, of the day that just ended, and again while ids are missing in them', async () => {
  const trades = { hourly: ['BTC-USD'], daily: ['ADA-USD'] };
  const traded = (): StartDailyRuns =>
    new StartDailyRuns(store, new DailyRunStore(postgres), new RunControlStore(), products, { ...rules, trades }, clock, logger);
  const [first, second] = ['2023-12-01', '2023-12-02'];
  const hours = Array.from({ length: 24 }, (_, hour) => `trades/BTC-USD/${first}T${String(hour).padStart(2, '0')}`);
  const ofTrades = (windows: readonly string[] | undefined): string[] => (windows ?? []).filter((id) => id.startsWith('trades/'));
  expect(ofTrades((await look(first, traded()))[`daily/${first}/0`])).toEqual([`trades/ADA-USD/${first}`, ...hours]);
  await settle((windowId) => (windowId === hours[3] ? 7 : 0));
  expect((await reads.runs(undefined, 1)).runs[0]!.counts).toEqual({ partial: 1, succeeded: 28 });
  const next = await look(second, traded());
  expect(ofTrades(next[`daily/${second}/0`]).filter((id) => id.includes(first))).toEqual([hours[3]]);
  expect(ofTrades(next[`daily/${first}/1`])).toEqual([]);
  await settle();
  expect((await reads.runs(undefined, 2)).runs.map(({ counts }) => counts)).toEqual([{ succeeded: 1 }, { succeeded: 30 }]);
});

it('what the exchange did not tell of its present in time is not asked for with the next run', async () => {
  await look('2023-12-01');
  await settle((windowId) => (windowId.startsWith('exchange_stats/') ? 1 : 0));
  const [run] = (await reads.runs(undefined, 1)).runs;
  expect(run!.counts).toEqual({ partial: 1, succeeded: 3 });
  expect((await look('2023-12-02'))['daily/2023-12-02/0']).toEqual([minutes('2023-12-02'), year, ...snapshots('2023-12-02')]);
});

it('missed mornings are caught up, and the year that they share is asked for once', async () => {
  await look('2023-12-01');
  await settle();
  expect(Object.keys(await look('2023-12-03'))).toEqual([
    'daily/2023-12-02/0',
    'daily/2023-12-01/1',
    'daily/2023-12-03/0',
    'daily/2023-12-02/1',
  ]);
  // the day before the last was over too long: what the exchange tells of its present alone is asked for of the last one
  expect(await settle()).toBe(6);
  expect((await reads.runs(undefined, 10)).runs.every(({ counts }) => Object.keys(counts).join() === 'succeeded')).toBe(true);
});

it('a window that lacks minutes after all its waits is asked for with each daily run of a week, then stays as it is', async () => {
  nowMs = Date.parse('2023-12-01T18:00:00Z');
  await start({ from: '2023-11-20T00:00:00Z', to: '2023-11-21T00:00:00Z' });
  const lacking = minutes('2023-11-20');
  expect(await settle(() => 3)).toBe(4);
  const asked: boolean[] = [];
  for (let n = 1; n <= 9; n += 1) {
    const started = await look(`2023-12-0${n}`);
    asked.push(started[`daily/2023-12-0${n}/0`]!.includes(lacking));
    await settle((windowId) => (windowId === lacking ? 3 : 0));
  }
  expect(asked).toEqual([true, true, true, true, true, true, true, false, false]);
});

it('a window that was healed, is final, or is at somebody else, is not carried', async () => {
  nowMs = Date.parse('2023-12-01T18:00:00Z');
  const day = { from: '2023-11-20T00:00:00Z', to: '2023-11-21T00:00:00Z' };
  await start(day, ['HEALED-USD', 'UNDERWAY-USD']);
  await settle(() => 3);
  const permanent = await start(day, ['GONE-USD']);
  await settle(() => 3);
  await postgres.query(
    `UPDATE pipeline.tasks SET state = 'failed', problem = '{"reason": "unknown_product", "detail": "x"}' WHERE run_id = $1`,
    [permanent],
  );
  await start(day, ['HEALED-USD']);
  await settle();
  await start(day, ['UNDERWAY-USD']);
  expect(await look('2023-12-01')).toEqual({ 'daily/2023-12-01/0': [minutes('2023-12-01'), year, ...snapshots('2023-12-01')] });
});

it('a day that lacks minutes is not carried by the runs that collect it again anyway', async () => {
  await look('2023-12-01');
  const lack = (windowId: string): number => (windowId === minutes('2023-12-01') ? 3 : 0);
  await settle(lack);
  expect(await look('2023-12-02')).toEqual({
    'daily/2023-12-02/0': [minutes('2023-12-02'), year, ...snapshots('2023-12-02')],
    'daily/2023-12-01/1': [minutes('2023-12-01')],
  });
  await settle(lack);
  expect((await look('2023-12-03'))['daily/2023-12-03/0']).toEqual([
    minutes('2023-12-01'),
    minutes('2023-12-03'),
    year,
    ...snapshots('2023-12-03'),
  ]);
});

it('while a year that is open is under way, the next run waits for the answer, and asks anew', async () => {
  nowMs = Date.parse('2023-12-01T23:59:00Z');
  await start({ from: '2023-01-01T00:00:00Z', to: '2023-12-01T00:00:00Z', granularity: 86_400 });
  expect(await release()).toBe(1);
  await look('2023-12-01');
  expect(await release()).toBe(1 + snapshots('2023-12-01').length);
  const tasks = (): Promise<{ state: string; n: number }[]> =>
    postgres.query('SELECT state, cardinality(request_ids) AS n FROM pipeline.tasks WHERE window_id = $1 ORDER BY run_id', [year]);
  expect(await tasks()).toEqual([
    { state: 'running', n: 1 },
    { state: 'waiting', n: 0 },
  ]);
  expect(await postgres.query(`SELECT 1 FROM pipeline.tasks WHERE window_id = $1 AND next_request_at > now()`, [year])).toHaveLength(1);
  const [first] = await postgres.query<{ request_id: string; run_id: string }>(
    'SELECT request_ids[1] AS request_id, run_id FROM pipeline.tasks WHERE window_id = $1 AND awaiting_answer',
    [year],
  );
  const answers = stageAnswers({ ...first!, window_id: year }, '018c2a00-0000-7000-8000-0000000000aa');
  await new RecordFacts(store).run(Object.values(answers));
  expect(await tasks()).toEqual([
    { state: 'succeeded', n: 1 },
    { state: 'waiting', n: 0 },
  ]);
  await settle();
  expect(await tasks()).toEqual([
    { state: 'succeeded', n: 1 },
    { state: 'succeeded', n: 1 },
  ]);
});

it('a day that somebody asked for waits for the end of that run, and then is started by the schedule too', async () => {
  await look('2023-12-01');
  await settle();
  nowMs = Date.parse('2023-12-03T00:10:00Z');
  await start({ kind: 'daily', date: '2023-12-02' } as never);
  const at = schedule();
  expect(Object.keys(await look('2023-12-02', at))).toEqual(['daily/2023-12-01/1']);
  await settle();
  await postgres.query('UPDATE pipeline.runs SET ended_at = now() WHERE NOT closing');
  expect(Object.keys(await look('2023-12-02', at))).toEqual(['daily/2023-12-02/0']);
  expect(Object.keys(await look('2023-12-02', at))).toEqual([]);
});
