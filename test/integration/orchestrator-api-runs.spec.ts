import { RunControlStore } from '../../apps/orchestrator/src/runs/run-control-store.js';
import { RunReads } from '../../apps/orchestrator/src/runs/run-reads.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import { ApiScene } from '../support/api-scene.js';
import { madeId } from '../support/made-telling.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.postgres.query('TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts');
});

const windows = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE'].map((name) => `candles/60/${name}-USD/2023-12-01`);
const ids = ['one', 'two', 'three', 'four', 'five'].map(madeId);

/** Every page from the first on. */
async function pages(path: string, rowsOf: (json: Record<string, unknown>) => string[]): Promise<string[][]> {
  const all: string[][] = [];
  for (let after = ''; ;) {
    const { status, json } = await scene.get(`${path}${after}`);
    expect(status).toBe(200);
    all.push(rowsOf(json));
    if (json['next'] === null) return all;
    after = `&after=${encodeURIComponent(String(json['next']))}`;
  }
}
const runIds = (json: Record<string, unknown>): string[] => (json['runs'] as { run_id: string }[]).map(({ run_id }) => run_id);
const windowIds = (json: Record<string, unknown>): string[] =>
  (json['windows'] as { window: { id: string } }[]).map(({ window }) => window.id);

it('runs come in pages, the newest first, those of one moment each once', async () => {
  for (const runId of ids) await scene.run({ runId, windows: [] });
  await scene.postgres.query(`UPDATE pipeline.runs SET created_at = '2023-12-01T00:15:00Z' WHERE run_id = ANY ($1)`, [ids.slice(0, 3)]);
  await scene.postgres.query(`UPDATE pipeline.runs SET created_at = '2023-12-02T00:15:00Z' WHERE run_id = $1`, [ids[3]]);
  await scene.postgres.query(`UPDATE pipeline.runs SET created_at = '2023-12-03T00:15:00Z' WHERE run_id = $1`, [ids[4]]);
  const expected = [ids[4], ids[3], ...ids.slice(0, 3).sort().reverse()];
  const seen = await pages('/runs?limit=2', runIds);
  expect([seen.map((page) => page.length), seen.flat()]).toEqual([[2, 2, 1], expected]);
  expect(runIds((await scene.get('/runs')).json)).toEqual(expected);
});

it("a run's tasks come in pages by the names of their windows, each with what is known of its window", async () => {
  await scene.run({ runId: ids[0]!, windows });
  await scene.tell(windows[3]!, madeId('telling'), 7);
  const seen = await pages(`/runs/${ids[0]}?limit=2`, windowIds);
  expect(seen).toEqual([windows.slice(0, 2), windows.slice(2, 4), windows.slice(4)]);
  const { json } = await scene.get(`/runs/${ids[0]}?limit=1&after=${windows[2]}`);
  expect(json).toMatchObject({ run_id: ids[0], counts: { succeeded: 5 }, windows: [{ counts: { unknown: 7 } }], next: windows[3] });
});

it.each([
  ['/runs?limit=0', 'limit'],
  ['/runs?limit=1001', 'limit'],
  ['/runs?after=yesterday', 'after'],
  ['/runs?page=2', 'query'],
  [`/runs/${madeId('one')}?after=%00`, 'after'],
  [`/runs/${madeId('one')}?limit=x`, 'limit'],
])('%s is refused with its field', async (path, field) => {
  const { status, type, json } = await scene.get(path);
  expect([status, type]).toEqual([400, 'application/problem+json']);
  expect((json['errors'] as { field: string }[]).map((error) => error.field)).toEqual([field]);
});

it('no run of this name is 404, a page after one that is gone is empty', async () => {
  expect((await scene.get(`/runs/${madeId('nobody')}`)).status).toBe(404);
  expect((await scene.get(`/runs?after=${madeId('nobody')}`)).json).toEqual({ runs: [], next: null });
});

it('tasks of a run that has ended are counted once; a retry counts them anew', async () => {
  const [store, control, reads] = [new RunStore(scene.postgres), new RunControlStore(), new RunReads(scene.postgres)];
  const [runId] = ids as [string];
  await scene.run({ runId, windows, state: 'failed' });
  await scene.postgres.query('UPDATE pipeline.tasks SET settled = true');
  const mark = async (): Promise<string> => (await reads.marks(10)).get(runId)!;
  const counts = async (): Promise<unknown> => (await scene.get(`/runs/${runId}`)).json['counts'];
  const open = await mark();
  const ended = await store.transaction((client) => control.endSettled(client));
  expect(ended).toMatchObject([{ run_id: runId, failed_tasks: 5, states: ['failed'] }]);
  expect(await mark()).not.toBe(open);

  await scene.postgres.query(`UPDATE pipeline.tasks SET state = 'waiting'`);
  expect(await counts()).toEqual({ failed: 5 });
  await scene.postgres.query(`UPDATE pipeline.tasks SET state = 'failed'`);
  const before = await mark();
  await store.transaction((client) => control.retry(client, runId, 1_000));
  expect([await counts(), (await mark()) === before]).toEqual([{ waiting: 5 }, false]);
});
