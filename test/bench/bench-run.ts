import { setTimeout as sleep } from 'node:timers/promises';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { Figure } from './figures.js';

const PRODUCTS = 400;
const ALLOWANCE_PER_SECOND = 10;
const RSS_MIB_MAX = 300;
const DAY_MS = 86_400_000;

interface RunAnswer {
  state: string;
  ended_at: string | null;
  counts: Record<string, number>;
}

/** A daily run of many products through every service, the simulated exchange's limit on: its time against the allowance's, and memory. */
export async function benchRun(stack: BenchStack): Promise<Figure[]> {
  const products = Array.from({ length: PRODUCTS }, (_, i) => `B${i}-USD`);
  const emulator = new BenchProcess('apps/redshift-emulator/src/main.js', {
    ...appEnvironment(stack),
    EMULATOR_POSTGRES_URL: stack.postgres.redshift_url,
  });
  const simulator = new BenchProcess('apps/exchange-simulator/src/main.js', { SIMULATOR_PRODUCTS: products.join(), LOG_LEVEL: 'error' });
  const exchange = await simulator.url();
  const env = {
    ...appEnvironment(stack),
    ...{ EXCHANGE_URL: exchange, COLLECTOR_LIVE: 'off', AWS_ENDPOINT_URL_REDSHIFT_DATA: await emulator.url(), REDSHIFT_WORKGROUP: 'elias' },
    ...{ REDSHIFT_DATABASE: 'dev', REDSHIFT_COPY_ROLE_ARN: 'arn:aws:iam::000000000000:role/elias-copy' },
  };
  await migrated(env);
  const services = new Map(
    Object.entries(SETTINGS).map(
      ([name, settings]) => [name, new BenchProcess(`apps/${name}/src/main.js`, { ...env, ...settings })] as const,
    ),
  );
  const run = await dailyRun(await services.get('orchestrator')!.url(), products);
  const { total, by_status } = JSON.parse(await simulator.get('/_simulator/requests')) as {
    total: number;
    by_status: Record<string, number>;
  };
  const peaks = [...services].map(([name, service]) => [name, service.rssPeakMib() ?? Number.NaN] as const);
  for (const service of services.values()) await service.stop();
  await simulator.stop();
  await emulator.stop();

  const name = `daily run of ${PRODUCTS} made products`;
  const counts = Object.entries(run.answer.counts).map(([state, tasks]) => `${tasks} ${state}`);
  return [
    {
      name: `${name}: time against what its requests take at the allowed rate`,
      unit: 'times',
      runs: [run.seconds / (total / ALLOWANCE_PER_SECOND)],
      note: `${total} requests in ${run.seconds.toFixed(0)} s, ${by_status['429'] ?? 0} times 429; tasks: ${counts.join(', ')}`,
    },
    {
      name: `${name}: largest resident set of a service`,
      unit: 'MiB',
      runs: [Math.max(...peaks.map(([, mib]) => mib))],
      target: { atMost: RSS_MIB_MAX },
      note: peaks.map(([service, mib]) => `${service} ${mib.toFixed(0)}`).join(', '),
    },
  ];
}

const SETTINGS: Readonly<Record<string, Record<string, string>>> = {
  collector: {},
  archiver: {},
  'warehouse-loader': { WAREHOUSE_LOAD_INTERVAL_MS: '5000' },
  'rds-loader': { RDS_LOADER_SOURCE: 'topic' },
  transformer: {},
  orchestrator: { ORCHESTRATOR_SCHEDULE: 'off' },
};

async function migrated(env: Record<string, string>): Promise<void> {
  const cli = new BenchProcess('apps/cli/src/main.js', env, ['migrate']);
  await cli.done();
}

async function dailyRun(url: string, products: readonly string[]): Promise<{ answer: RunAnswer; seconds: number }> {
  const date = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
  const [beganMs, body] = [performance.now(), JSON.stringify({ kind: 'daily', date, products })];
  const started = await fetch(`${url}/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (started.status !== 202) throw new Error(`the run was refused: ${await started.text()}`);
  const { run_id } = (await started.json()) as { run_id: string };
  for (;;) {
    await sleep(2_000);
    const { runs } = (await (await fetch(`${url}/runs`)).json()) as { runs: (RunAnswer & { run_id: string })[] };
    const answer = runs.find((one) => one.run_id === run_id)!;
    if (answer.ended_at !== null) return { answer, seconds: (performance.now() - beganMs) / 1_000 };
  }
}
