import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { Figure } from './figures.js';

const RUNS = 3;
const REQUESTS_PER_S = 200;
const SECONDS = 10;
const WARM_UP_S = 5;
const PRODUCTS = 18;
const DAYS = 30;
const MINUTES = 1_440;
/** Least bytes of a day of minutes, as it is and compressed. */
const BYTES_MIN = { identity: MINUTES * 100, gzip: MINUTES * 5 };

/** How the same days are asked for. */
interface Way {
  readonly name: string;
  readonly encoding: keyof typeof BYTES_MIN;
}
const WAYS: readonly Way[] = [
  { name: 'compressed as browsers take it', encoding: 'gzip' },
  { name: 'not compressed', encoding: 'identity' },
];
const logger = createLogger({ app: 'bench', level: 'error' });

/**
 * A day's minutes of a product over the API, as pages with charts ask for them, compressed and not: requests leave at fixed times whether or not the one
 * before is answered, and each is timed from when it should have left.
 */
export async function benchApi(stack: BenchStack): Promise<Figure[]> {
  await migratePostgres(stack.postgres.url, logger);
  const postgres = new Postgres({ url: stack.postgres.url, applicationName: 'bench', logger });
  await forget(postgres);
  await postgres.query(
    `INSERT INTO market.candles
     SELECT 'BENCH' || p || '-USD', 60, timestamptz '2023-12-01Z' + m * interval '1 minute', 37710.54 + p + m % 97, 37714.98 + p + m % 97,
       37693.91 + p + m % 97, 37700.19 + p + m % 97, 9.73415812 + m % 53
     FROM generate_series(1, ${PRODUCTS}) p, generate_series(0, ${DAYS * MINUTES - 1}) m`,
  );
  await postgres.query(
    `INSERT INTO market.load_ledger
     SELECT 'candles/60/BENCH' || p || '-USD/' || to_char(date '2023-12-01' + d, 'YYYY-MM-DD'), 0, 0, now(), '', 0, '', ${MINUTES}, '', '', '', 'loaded', now()
     FROM generate_series(1, ${PRODUCTS}) p, generate_series(0, ${DAYS - 1}) d`,
  );
  await postgres.query('VACUUM ANALYZE market.candles, market.load_ledger');
  const settings = { ORCHESTRATOR_SCHEDULE: 'off', ORCHESTRATOR_GROUP: `bench-api-${process.pid}`, EXCHANGE_URL: 'http://127.0.0.1:9' };
  const limit = { ORCHESTRATOR_API_REQUESTS_PER_SECOND: String(10 * REQUESTS_PER_S) };
  const orchestrator = new BenchProcess('apps/orchestrator/src/main.js', { ...appEnvironment(stack), ...settings, ...limit });
  const url = await orchestrator.url();
  const first = await firstReadings(url);
  const figures: Figure[] = [
    {
      name: `API, ${MINUTES.toLocaleString('en')} candles that nobody asked for before, one answer after the other, p50`,
      unit: 'ms',
      runs: [percentile(first, 50)],
    },
  ];
  for (const way of WAYS) {
    await timedRequests(url, way, WARM_UP_S);
    const [medians, slowest, cpus, refused]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let run = 0; run < RUNS; run += 1) {
      const cpuBefore = orchestrator.cpuSeconds() ?? Number.NaN;
      const answers = await timedRequests(url, way, SECONDS);
      const latencies = answers.map(({ ms }) => ms);
      cpus.push((((orchestrator.cpuSeconds() ?? Number.NaN) - cpuBefore) / SECONDS) * 100);
      medians.push(percentile(latencies, 50));
      slowest.push(percentile(latencies, 99));
      refused.push(answers.filter(({ whole }) => !whole).length);
    }
    const name = `API, ${MINUTES.toLocaleString('en')} candles in an answer, ${way.name}, ${REQUESTS_PER_S} requests/s for ${SECONDS} s`;
    figures.push(
      { name: `${name}, p99`, unit: 'ms', runs: slowest, target: { atMost: 50 }, note: 'open loop; of 540 days in turn' },
      { name: `${name}, p50`, unit: 'ms', runs: medians },
      { name: `${name}, refused for want of time`, unit: 'requests', runs: refused, target: { atMost: 0 } },
      { name: `${name}, CPU of the orchestrator`, unit: '%', runs: cpus },
    );
  }
  await orchestrator.stop();
  await forget(postgres);
  await postgres.close();
  return figures;
}

async function forget(postgres: Postgres): Promise<void> {
  await postgres.query(`DELETE FROM market.candles WHERE product_id LIKE 'BENCH%'`);
  await postgres.query(`DELETE FROM market.load_ledger WHERE window_id LIKE 'candles/60/BENCH%'`);
}

/** Milliseconds of each day's first reading. */
async function firstReadings(url: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let i = 0; i < PRODUCTS * DAYS; i += 1) {
    const beganMs = performance.now();
    await requestOf(`${url}${pathOf(i)}`, 'gzip', agent);
    times.push(performance.now() - beganMs);
  }
  agent.destroy();
  return times;
}

interface Answer {
  /** milliseconds from when the request should have left to its last byte */
  ms: number;
  /** a slow machine may refuse it instead */
  whole: boolean;
}

async function timedRequests(url: string, { encoding }: Way, seconds: number): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const answers: Promise<Answer>[] = [];
  const beganMs = performance.now();
  for (let i = 0; i < seconds * REQUESTS_PER_S; i += 1) {
    const dueMs = beganMs + (i * 1_000) / REQUESTS_PER_S;
    await sleep(Math.max(0, dueMs - performance.now()));
    answers.push(requestOf(`${url}${pathOf(i)}`, encoding, agent).then((whole) => ({ ms: performance.now() - dueMs, whole })));
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

function pathOf(i: number): string {
  const dayMs = Date.UTC(2023, 11, 1 + (Math.floor(i / PRODUCTS) % DAYS));
  const [from, to] = [dayMs, dayMs + 86_400_000].map((ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`);
  return `/candles?product=BENCH${(i % PRODUCTS) + 1}-USD&granularity=60&from=${from}&to=${to}`;
}

/** @returns whether the whole day came */
function requestOf(url: string, encoding: keyof typeof BYTES_MIN, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'accept-encoding': encoding } }, (response) => {
      let bytes = 0;
      response.on('data', (part: Buffer) => (bytes += part.length));
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode === 200 && bytes > BYTES_MIN[encoding]));
    }).on('error', reject);
  });
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)]!;
}
