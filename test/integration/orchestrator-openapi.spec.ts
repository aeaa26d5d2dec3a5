import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { DayRow } from '@elias/archive';
import { ALL_PRODUCTS, dayWindowAt } from '@elias/market-data';
import { OPERATIONS } from '../../apps/orchestrator/src/openapi/operations.js';
import { PYTHON, itWithPython } from '../support/it-with-python.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import { madeDay } from '../support/made-day.js';
import { madeTelling } from '../support/made-telling.js';
import { OrchestratorScene } from '../support/orchestrator-scene.js';
import type { ServiceProcess } from '../support/service-process.js';

jest.setTimeout(180_000);

/** How long random requests are made, seconds. */
const FUZZ_S = 35;
const TOKEN = 'a-token-of-enough-length';
let scene: OrchestratorScene;
let orchestrator: ServiceProcess;
let runId: string;
const bucket = testBucket();
const folder = mkdtempSync(join(tmpdir(), 'elias-openapi-'));

beforeAll(async () => {
  scene = await OrchestratorScene.open();
  await scene.begin();
  // whoever holds this leads: the orchestrator answers and sends nothing, however many runs are started here
  await scene.database.admin.query(`SELECT pg_advisory_lock(hashtextextended('elias.orchestrator', 0))`);
  const loader = new LoaderByHand('topic', scene.postgres, bucket, 'market');
  await loader.deliver({ telling: madeTelling({ productId: 'AAA-USD', telling: 'openapi', minutes: [0, 1], unknown: [2] }) });
  const day = Date.parse('2023-12-01T00:00:00Z');
  const told = { as_of_date: '2023-12-01', definition_version: 1, inputs_hash: 'a'.repeat(64) };
  const minutes = { present_minutes: 2, no_trade_minutes: 1_437, unknown_minutes: 1, open_minutes: 0 };
  const stats: DayRow = {
    ...told,
    ...minutes,
    product_id: 'AAA-USD',
    close: '0.5',
    close_date: '2023-12-01',
    volume: '1',
    partial: true,
    mismatch: null,
  };
  await loader.deliver({ telling: madeDay(dayWindowAt('asset_stats_daily', 'AAA-USD', day), [stats], 'openapi stats') });
  const top: DayRow = {
    ...{ ...told, rank: 1, product_id: 'AAA-USD', price: '9', reference_price: '10', reference_date: '2023-11-24', change: '-0.1' },
    ...{ discount: '0.1', high_n: null, discount_to_high: null, present_days: 8, no_trade_days: 0, unknown_days: 0 },
  };
  await loader.deliver({ telling: madeDay(dayWindowAt('discounts_7d', ALL_PRODUCTS, day), [top], 'openapi top') });
  orchestrator = scene.start({ ORCHESTRATOR_API_TOKEN: TOKEN, ORCHESTRATOR_API_REQUESTS_PER_SECOND: '100000' });
  const order = { products: ['AAA-USD'], from: '2023-12-01T00:00:00Z', to: '2023-12-02T00:00:00Z' };
  const started = await ask('/runs', { method: 'POST', body: JSON.stringify(order), headers: { 'content-type': 'application/json' } });
  runId = ((await started.json()) as { run_id: string }).run_id;
  await scene.postgres.query(
    `INSERT INTO pipeline.checks (date, name, product_id, outcome, detail, run_id) VALUES ('2023-12-01', 'coverage', 'AAA-USD', 'failed', '{"text": "a"}', $1)`,
    [runId],
  );
});
afterAll(async () => {
  await scene.close();
  bucket.close();
  rmSync(folder, { recursive: true });
});

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${await orchestrator.url()}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });
}

it('the document is OpenAPI 3.1, and names every path that is served', async () => {
  const document = (await (await ask('/openapi.json')).json()) as { openapi: string; paths: Record<string, Record<string, unknown>> };
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  expect(document.openapi).toBe('3.1.0');
  const documented = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  expect(documented.sort()).toEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort());
});

it.each([
  '/runs',
  '/runs/RUN',
  '/products',
  '/coverage?from=2023-12-01&to=2023-12-02',
  '/gaps?product=AAA-USD&date=2023-12-01',
  '/grid',
  '/candles?product=AAA-USD&from=2023-12-01T00:00:00Z&to=2023-12-02T00:00:00Z',
  '/stats',
  '/discounts',
  '/checks',
  '/windows',
  '/revisions?window=candles/60/AAA-USD/2023-12-01',
  '/archives?product=AAA-USD',
  '/services',
  '/lags',
  '/dead-letters',
  '/alarms',
])('%s answers as documented, with nothing besides', async (path) => {
  const operation = OPERATIONS.find((one) => one.method === 'get' && one.path === path.split('?')[0]!.replace('RUN', '{id}'))!;
  const response = await ask(path.replace('RUN', runId));
  const json: unknown = await response.json();
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  const answered = operation.answers[200]!;
  if (!('schema' in answered)) throw new Error(`${path} has no schema`);
  // what the schema does not know is left out of what it gives
  expect(answered.schema.parse(json)).toEqual(json);
});

itWithPython('schemathesis')(
  'random requests find no failure and no answer that is not documented',
  async () => {
    const config = join(folder, 'schemathesis.toml');
    writeFileSync(config, `[[operations]]\ninclude-path = "/runs/{id}"\n[operations.parameters]\nid = "${runId}"\n`);
    const args = [
      ...[
        '-c',
        'from schemathesis.cli import schemathesis; schemathesis()',
        '--config-file',
        config,
        'run',
        `${await orchestrator.url()}/openapi.json`,
      ],
      ...['--max-time', String(FUZZ_S), '--phases', 'coverage,fuzzing', '--header', `authorization: Bearer ${TOKEN}`],
      // an event stream has no end
      ...['--exclude-path', '/stream', '--suppress-health-check', 'all', '--no-color', '--request-timeout', '20', '--continue-on-failure'],
      ...[
        '--checks',
        'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance',
      ],
    ];
    const { code, output } = await run(PYTHON, args);
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    // all but the stream, in every phase that is left
    expect(output).toContain(`Tested: ${OPERATIONS.length - 1}`);
    expect(orchestrator.output).not.toContain(TOKEN);
    expect(orchestrator.output).not.toMatch(/"level":[56]0/);
  },
  120_000,
);

async function run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
