import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { CLONE } from '../support/launched-stack.js';
import { OrchestratorScene } from '../support/orchestrator-scene.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import type { RunsClient } from '../support/runs-client.js';
import { until } from '../support/service-process.js';

jest.setTimeout(180_000);

/** Windows of backfills under way at once. */
const AT_ONCE = 4;
let scene: OrchestratorScene;
let client: RunsClient;
let env: Record<string, string>;

beforeAll(async () => {
  scene = await OrchestratorScene.open();
  await scene.begin();
  const orchestrator = scene.start({ ORCHESTRATOR_BACKFILL_WINDOWS_MAX: String(AT_ONCE) });
  env = { ORCHESTRATOR_URL: await orchestrator.url(), POSTGRES_URL: scene.database.url };
  client = await scene.client(orchestrator);
});
afterAll(() => scene.close());

const args = (from: string, to: string): string[] => ['backfill', '--products', scene.products.join(), '--from', from, '--to', to];
const backfill = (from: string, to: string, ...more: string[]): Promise<ToolResult> => runElias([...args(from, to), ...more], env);
const asked = (month: string): string[] => scene.requests.map(({ window }) => window.id).filter((id) => id.includes(month));

/** A command under way, and what it has printed. */
function begun(from: string, to: string): { child: ReturnType<typeof spawn>; out: () => string; end: Promise<number | null> } {
  const command = [join(CLONE, 'dist/apps/cli/src/main.js'), ...args(from, to)];
  const child = spawn(process.execPath, command, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return { child, out: () => out, end: new Promise((resolve) => child.once('close', resolve)) };
}

/** Answers what is asked until something is over. */
async function answering<T>(work: Promise<T>): Promise<T> {
  let over = false;
  const ended = work.finally(() => (over = true));
  await until(
    async () => {
      await scene.answerAll();
      return over;
    },
    90_000,
    () => 'it is not over',
  );
  return ended;
}

it('plans, collects, and asks again for nothing but what is missing', async () => {
  const first = await backfill('2022-01-01', '2022-01-03', '--dry-run', '--json');
  expect(first).toMatchObject({ code: 0, errors: '' });
  expect(JSON.parse(first.out)).toMatchObject({
    plan: { windows: 4, whole: 0, asked: 4, requests: 20, requests_basis: 'pages', loads: 1, run_id: null },
    run: null,
  });
  expect(scene.requests).toEqual([]);

  const done = await answering(backfill('2022-01-01', '2022-01-03'));
  expect(done).toMatchObject({ code: 0, errors: '' });
  expect(done.out).toContain('4/4 windows');
  expect(done.out).toContain('Every window is in both stores.');
  expect(done.out).not.toContain('\u001B');

  const more = await answering(backfill('2022-01-01', '2022-01-04', '--json'));
  expect(JSON.parse(more.out)).toMatchObject({ plan: { windows: 6, whole: 4, asked: 2, requests: 10 }, run: { state: 'succeeded' } });
  expect(asked('2022-01')).toHaveLength(6);

  const nothing = await backfill('2022-01-01', '2022-01-04');
  expect(nothing).toMatchObject({ code: 0 });
  expect(nothing.out).toContain('Nothing to ask for.');
});

it('Ctrl-C ends the looking; the same command goes on with the same run', async () => {
  const { child, out, end } = begun('2022-02-01', '2022-02-04');
  await until(
    () => asked('2022-02').length === AT_ONCE && out().includes('/6 windows'),
    30_000,
    () => out(),
  );
  child.kill('SIGINT');
  expect(await end).toBe(130);
  const { run_id } = (await client.list())[0]!;
  const again = begun('2022-02-01', '2022-02-04');
  await until(
    () => again.out().includes('/6 windows'),
    30_000,
    () => again.out(),
  );
  expect(await answering(again.end)).toBe(0);
  expect(again.out()).toContain(`under way in run ${run_id}\n`);
  expect(again.out()).toContain('Every window is in both stores.');
  expect(asked('2022-02')).toHaveLength(6);
});

it('a daily run that starts in mid-backfill is done first', async () => {
  const { child, end } = begun('2022-03-01', '2022-04-10');
  await until(
    () => asked('2022-03').length === AT_ONCE,
    30_000,
    () => 'the backfill does not begin',
  );
  const date = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const daily = await client.post(JSON.stringify({ kind: 'daily', date, products: scene.products }));
  expect(daily.status).toBe(202);
  const state = async (): Promise<string> => (await client.run(String(daily.json['run_id']))).state;
  // its requests leave although the backfill has all its windows under way
  await until(
    () => scene.requests.filter(({ origin }) => origin === 'scheduled').length >= 4,
    30_000,
    () => 'the day is not asked for',
  );
  expect(asked('2022-03')).toHaveLength(AT_ONCE);
  await until(
    async () => {
      await scene.answerAll();
      return (await state()) === 'succeeded';
    },
    60_000,
    () => 'the day is not done',
  );
  const left = await scene.postgres.query<{ windows: number }>(
    `SELECT count(*)::int AS windows FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE r.origin = 'backfill' AND t.state = 'waiting'`,
  );
  expect(left[0]!.windows).toBeGreaterThan(0);
  child.kill('SIGINT');
  expect(await end).toBe(130);
});

it.each([
  ['a malformed product', ['--products', 'btc', '--from', '2022-01-01', '--to', '2022-01-02'], /Product ids like BTC-USD/],
  ['a width that the exchange lacks', ['--products', 'A-USD', '--from', '2d', '--to', '1d', '--granularity', '7'], /One of 60, 300/],
  [
    'a range the wrong way round',
    ['--products', 'A-USD', '--from', '2022-01-02', '--to', '2022-01-01'],
    /to: is not after from|is not after from/,
  ],
  ['no products', ['--from', '2022-01-02', '--to', '2022-01-01'], /--products/],
])('refuses %s', async (_case, options, message) => {
  const { code, errors } = await runElias(['backfill', ...options], env);
  expect(code).toBe(2);
  expect(errors).toMatch(message);
});
