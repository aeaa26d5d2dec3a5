import type { ClosingStages, StageState } from '../../apps/orchestrator/src/tasks/assess-task.js';
import { runState } from '../../apps/orchestrator/src/runs/run-view.js';
import { ClosingScene, minutesOf } from '../support/closing-scene.js';

const D = Date.UTC(2024, 1, 1);
const PRODUCTS = ['AAA-USD', 'BBB-USD', 'CCC-USD'];

let scene: ClosingScene;
beforeEach(async () => {
  scene = await ClosingScene.open(D);
});
afterEach(() => scene.end());

async function stages(runId: string): Promise<Record<string, string>> {
  const tasks = await Promise.all(PRODUCTS.map((id) => scene.minutesTask(runId, id)));
  const line = ({ stats, discounts, checks }: Partial<ClosingStages>): string => [stats, discounts, checks].join(' ');
  return Object.fromEntries(tasks.map(({ stages: own }, i) => [PRODUCTS[i]!, line(own)]));
}
const all = (...line: StageState[]): Record<string, string> => Object.fromEntries(PRODUCTS.map((id) => [id, line.join(' ')]));
const run = async (runId: string) => (await scene.store.run(runId))!;

it('goes from stage to stage, each when what it waits for is in both stores, and ends', async () => {
  const runId = await scene.start(PRODUCTS);
  expect(await stages(runId)).toEqual(all('waiting', 'waiting', 'waiting'));
  expect(await scene.close()).toBe(0);
  await scene.collect();
  expect(await run(runId)).toMatchObject({ counts: { running: 3, succeeded: 3 }, ended_at: null });
  await scene.close();
  expect(await stages(runId)).toEqual(all('running', 'waiting', 'waiting'));
  expect(await scene.close()).toBe(0);
  await scene.transform();
  await scene.close();
  expect(await stages(runId)).toEqual(all('done', 'running', 'waiting'));
  await scene.settle();
  expect(await stages(runId)).toEqual(all('done', 'done', 'done'));
  const { stages_since: since } = await scene.minutesTask(runId, 'AAA-USD');
  const order = ['collect', 'load_warehouse', 'stats', 'discounts', 'checks'].map((stage) => since[stage]!);
  expect(order).toEqual([...order].sort());
  expect(new Set(order).size).toBeGreaterThan(2);
  expect(await run(runId)).toMatchObject({ counts: { succeeded: 6 }, closing: false, ended_at: expect.any(Date) });
  const { date, checks } = await scene.checks.ofDay(undefined);
  expect(date).toBe('2024-02-01');
  expect(checks).toHaveLength(PRODUCTS.length * 6 + 2);
  expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  expect(await scene.notified()).toEqual([]);
  expect(await scene.close()).toBe(0);
});

it('a product that the exchange does not give is passed over, and the others are computed', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.collect({ unknown: () => false });
  await scene.postgres.query(`UPDATE pipeline.tasks SET state = 'failed', problem = '{"reason": "unknown_product", "detail": "x"}'
    WHERE window_id LIKE 'candles/60/CCC-USD/%'`);
  await scene.postgres.query(`DELETE FROM market.load_ledger WHERE window_id LIKE 'candles/60/CCC-USD/%'`);
  await scene.postgres.query(`DELETE FROM market.candles WHERE product_id = 'CCC-USD' AND granularity = 60`);
  await scene.settle();
  expect(await stages(runId)).toEqual({ ...all('done', 'done', 'done'), 'CCC-USD': 'skipped skipped failed' });
  expect(await scene.minutesTask(runId, 'CCC-USD')).toMatchObject({ state: 'failed', problem: { reason: 'unknown_product' } });
  expect((await scene.results('freshness'))['CCC-USD']!.outcome).toBe('failed');
  expect((await run(runId)).counts).toEqual({ succeeded: 5, failed: 1 });
});

it('a newer telling that is on its way does not keep a run that had everything', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.collect();
  await scene.close();
  await scene.transform();
  // another run has collected the day and the year again; neither is loaded yet
  for (const id of [minutesOf('AAA-USD', D), 'candles/86400/AAA-USD/2024']) await scene.sealedAgain(id);
  await scene.settle();
  expect((await run(runId)).counts).toEqual({ succeeded: 6 });
  expect((await scene.results('equality'))['AAA-USD']!.outcome).toBe('passed');
});

it('an exchange that stood still is told of and shown; the run succeeds', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.collect({ silent: (_, minute) => minute >= 600 && minute < 630 });
  await scene.settle();
  expect(await scene.results('halt')).toEqual({
    all: { outcome: 'warned', text: '3 of 3 busy products were silent from 2024-02-01T10:00:00Z to 2024-02-01T10:30:00Z' },
  });
  expect((await run(runId)).counts).toEqual({ succeeded: 6 });
});

it('a failed check fails its product loudly; a retry collects that one again and checks the day again', async () => {
  const runId = await scene.start(PRODUCTS);
  const wrong = (productId: string, dayMs: number): number => (productId === 'BBB-USD' && dayMs === D ? 14 : 1_440);
  await scene.collect({ volume: wrong });
  await scene.settle();
  expect(await scene.results('volume')).toMatchObject({ 'AAA-USD': { outcome: 'passed' }, 'BBB-USD': { outcome: 'failed' } });
  const { state, problem, stages: own } = await scene.minutesTask(runId, 'BBB-USD');
  expect({ state, problem, checks: own.checks }).toEqual({
    ...{ state: 'failed', checks: 'failed' },
    problem: { reason: 'check_failed', detail: "volume: the day's volume is 0.0097 times the median of 31 days before" },
  });
  const data = expect.objectContaining({ run_id: runId, kind: 'daily', date: '2024-02-01' }) as object;
  expect(await scene.notified()).toEqual([
    { type: 'checks.failed', data },
    { type: 'run.failed', data },
  ]);
  expect((await scene.notified())[0]!.data['checks']).toEqual([
    { name: 'volume', product_id: 'BBB-USD', text: "the day's volume is 0.0097 times the median of 31 days before" },
  ]);

  expect(await scene.retry(runId)).toBe(1);
  expect((await run(runId)).ended_at).toBeNull();
  expect(await scene.collect()).toEqual([minutesOf('BBB-USD', D)]);
  await scene.postgres.query(`UPDATE market.candles SET volume = 1440 WHERE product_id = 'BBB-USD' AND granularity = 86400`);
  await scene.settle();
  expect((await run(runId)).counts).toEqual({ succeeded: 6 });
  expect((await scene.results('volume'))['BBB-USD']!.outcome).toBe('passed');
});

it('minutes that stay unknown fail the day beyond a share of it', async () => {
  const runId = await scene.start(PRODUCTS);
  const unknown = (productId: string, minute: number): boolean => minute < { 'AAA-USD': 0, 'BBB-USD': 10, 'CCC-USD': 20 }[productId]!;
  for (let times = 0; times < 4; times += 1) await scene.collect({ unknown });
  await scene.settle();
  expect(await scene.results('coverage')).toMatchObject({
    'AAA-USD': { outcome: 'passed' },
    'BBB-USD': { outcome: 'warned', text: '10 minutes of the day are unknown' },
    'CCC-USD': { outcome: 'failed', text: '20 minutes of the day are unknown' },
  });
  const states = await Promise.all(PRODUCTS.map(async (id) => (await scene.minutesTask(runId, id)).state));
  expect(states).toEqual(['succeeded', 'partial', 'failed']);
});

it("a day's candle that its minutes contradict fails, a jump of the price is warned of", async () => {
  await scene.start(PRODUCTS);
  await scene.collect({ price: (productId, dayMs) => (productId === 'CCC-USD' && dayMs === D ? '200' : dayMs % 2 === 0 ? '100' : '101') });
  await scene.postgres.query(
    `UPDATE market.candles SET high = 150 WHERE product_id = 'AAA-USD' AND granularity = 86400 AND started_at = '2024-02-01'`,
  );
  await scene.settle();
  expect(await scene.results('day_candle')).toMatchObject({
    'AAA-USD': { outcome: 'failed', text: "the day's candle and its minutes differ in high" },
    'BBB-USD': { outcome: 'passed' },
  });
  expect(await scene.results('price_jump')).toMatchObject({
    'BBB-USD': { outcome: 'passed' },
    'CCC-USD': { outcome: 'warned', text: 'the price moved by 100.0 %, after days without any move' },
  });
});

it('stores that told of different rows fail the day', async () => {
  scene.misreport = (id) => id.startsWith('asset_stats_daily/AAA-USD') || id.startsWith('discounts_7d/');
  const runId = await scene.start(PRODUCTS);
  await scene.collect();
  await scene.settle();
  const equality = await scene.results('equality');
  expect(equality['AAA-USD']).toMatchObject({
    outcome: 'failed',
    text: expect.stringMatching(/^asset_stats_daily.*Redshift has 1 rows eeeeeeeeeeee/),
  });
  expect(equality['BBB-USD']).toEqual({ outcome: 'passed', text: '3 windows hold equal rows in both stores' });
  expect(equality['all']!.outcome).toBe('failed');
  expect((await run(runId)).counts).toEqual({ succeeded: 3, failed: 3 });
});

it('stats that no store can hold fail their product; a retry has them computed again without asking the exchange', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.collect();
  await scene.close();
  await scene.transform();
  const outcome = (kind: string): Promise<unknown> =>
    scene.postgres.query(
      `UPDATE pipeline.transform_outcomes SET outcome = $1, detail = 'too large' WHERE window_id LIKE 'asset_stats_daily/AAA-USD/%'`,
      [kind],
    );
  await outcome('failed');
  await scene.settle();
  expect(await scene.minutesTask(runId, 'AAA-USD')).toMatchObject({
    state: 'failed',
    problem: { reason: 'stats_failed', detail: 'too large' },
  });
  expect(await scene.retry(runId)).toBe(1);
  expect(await scene.collect()).toEqual([]);
  await scene.settle();
  expect((await run(runId)).counts).toEqual({ succeeded: 6 });
});

it('cancelled while it closes, it ends with what was collected', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.collect();
  await scene.close();
  expect(await scene.cancel(runId)).toMatchObject({ counts: { succeeded: 6 }, closing: false });
  await scene.settle();
  expect(await run(runId)).toMatchObject({ cancelled_at: expect.any(Date), ended_at: expect.any(Date) });
  expect(await stages(runId)).toEqual(all('skipped', 'skipped', 'skipped'));
  expect((await scene.checks.ofDay(undefined)).checks).toEqual([]);
});

it('cancelled while it closes after a retry that came to nothing, it ends without its discounts', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.collect({ volume: (productId, dayMs) => (productId === 'BBB-USD' && dayMs === D ? 14 : 1_440) });
  await scene.settle();
  expect(await scene.retry(runId)).toBe(1);
  await scene.collect();
  // the exchange does not give it any more, while the discounts are to be computed by a transformer that is away
  await scene.postgres.query(`UPDATE pipeline.tasks SET state = 'failed', problem = '{"reason": "unknown_product", "detail": "x"}'
    WHERE window_id LIKE 'candles/60/BBB-USD/%'`);
  await scene.close();
  expect(runState(await run(runId))).toBe('running');
  await expect(scene.start(PRODUCTS)).rejects.toThrow(/under way/);
  expect(await scene.cancel(runId)).toMatchObject({ closing: false, cancelled_at: expect.any(Date) });
  await scene.settle();
  expect((await run(runId)).ended_at).toEqual(expect.any(Date));
});

it('one daily run for a date at a time', async () => {
  const runId = await scene.start(PRODUCTS);
  await expect(scene.start(['BBB-USD'])).rejects.toThrow(new RegExp(`2024-02-01 is under way in run ${runId}`));
  await scene.collect();
  await expect(scene.start(PRODUCTS)).rejects.toThrow(/under way/);
  await scene.settle();
  const other = await scene.start(PRODUCTS);
  expect(other).not.toBe(runId);
  await expect(scene.retry(runId)).rejects.toThrow(new RegExp(`2024-02-01 is under way in run ${other}`));
});

it('a window of an earlier day that the run carries holds nothing up, and a cancel then leaves the closed day as it is', async () => {
  const runId = await scene.start(PRODUCTS);
  await scene.postgres.query(
    `INSERT INTO pipeline.tasks (run_id, window_id, state, stages, carried)
     VALUES ($1, 'candles/60/AAA-USD/2024-01-20', 'partial', '{"collect": "done", "archive": "done", "load_warehouse": "done", "load_rds": "done"}', true)`,
    [runId],
  );
  await scene.collect();
  await scene.settle();
  expect(await stages(runId)).toEqual(all('done', 'done', 'done'));
  expect(await run(runId)).toMatchObject({ closing: false, ended_at: null, counts: { succeeded: 6, partial: 1 } });
  await scene.cancel(runId);
  expect(await stages(runId)).toEqual(all('done', 'done', 'done'));
});
