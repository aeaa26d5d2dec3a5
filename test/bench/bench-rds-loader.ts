import { columnNames, DATASET_MODELS } from '@elias/contracts';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchWindow } from './bench-windows.js';
import type { Figure } from './figures.js';

const RUNS = 3;
const COPY = `COPY market.candles (${columnNames(DATASET_MODELS.candles).join(', ')}) FROM STDIN (FORMAT csv)`;
const logger = createLogger({ app: 'bench', level: 'error' });

/** Windows from the topic, or from archives, into empty tables; against one COPY of the same rows into the same table. */
export async function benchRdsLoader(stack: BenchStack, windows: readonly BenchWindow[], source: 'topic' | 'archive'): Promise<Figure[]> {
  await migratePostgres(stack.postgres.url, logger);
  const postgres = new Postgres({ url: stack.postgres.url, applicationName: 'bench', logger });
  const rows = windows.reduce((sum, { facts }) => sum + facts.rowCount, 0);
  const [rates, yardsticks, peaks]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    yardsticks.push(await bareCopy(postgres, windows, rows));
    await emptyTables(postgres);
    const loader = startLoader(stack, source, `bench-rds-${source}-${process.pid}-${run}`);
    rates.push(await loadingRate(loader, rows));
    peaks.push(loader.rssPeakMib() ?? Number.NaN);
    await loader.stop();
  }
  await postgres.close();
  return [
    {
      name: `rds-loader from ${source}, ${rows.toLocaleString('en')} rows into an empty table`,
      unit: 'rows/s',
      runs: rates,
      yardstick: { name: 'one COPY FROM STDIN', runs: yardsticks },
      target: { ratioMin: source === 'topic' ? 0.8 : 0.7 },
    },
    { name: `rds-loader from ${source}, peak resident memory`, unit: 'MiB', runs: peaks, target: { atMost: 250 } },
  ];
}

/** Another revision of every window, on the topic behind the first, replaces what the tables hold. */
export async function benchReplacing(stack: BenchStack, windows: readonly BenchWindow[]): Promise<Figure[]> {
  const rows = windows.reduce((sum, { facts }) => sum + facts.rowCount, 0);
  const loader = startLoader(stack, 'topic', `bench-rds-replace-${process.pid}`);
  const rate = await loadingRate(loader, rows);
  await loader.stop();
  return [{ name: 'rds-loader from topic, replacing windows that are there', unit: 'rows/s', runs: [rate] }];
}

function startLoader(stack: BenchStack, source: 'topic' | 'archive', group: string): BenchProcess {
  return new BenchProcess('apps/rds-loader/src/main.js', { ...appEnvironment(stack), RDS_LOADER_SOURCE: source, RDS_LOADER_GROUP: group });
}

/** Rows per second between the first rows seen and the last, so that start and join do not count. */
async function loadingRate(loader: BenchProcess, rows: number): Promise<number> {
  const seen: { atMs: number; rows: number }[] = [];
  for (const deadline = Date.now() + 600_000; (seen.at(-1)?.rows ?? 0) < rows; await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`the loader stopped at ${seen.at(-1)?.rows ?? 0} of ${rows} rows`);
    const now = await loader.metric('elias_rds_loader_rows_total');
    if (now > (seen.at(-1)?.rows ?? 0)) seen.push({ atMs: performance.now(), rows: now });
  }
  const [first, last] = [seen[0]!, seen.at(-1)!];
  return (last.rows - first.rows) / ((last.atMs - first.atMs) / 1_000);
}

async function bareCopy(postgres: Postgres, windows: readonly BenchWindow[], rows: number): Promise<number> {
  await emptyTables(postgres);
  const chunks = windows.map(({ csv }) => csv.subarray(csv.indexOf(0x0a) + 1));
  const startedMs = performance.now();
  await postgres.transaction((client) => postgres.copyIn(client, COPY, chunks));
  return rows / ((performance.now() - startedMs) / 1_000);
}

async function emptyTables(postgres: Postgres): Promise<void> {
  await postgres.query('TRUNCATE market.candles, market.load_ledger');
  await postgres.query('CHECKPOINT').catch(() => undefined);
}
