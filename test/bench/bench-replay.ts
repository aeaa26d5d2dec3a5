import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveKey, sealArchive } from '@elias/archive';
import { SCHEMA_VERSION, TOPICS } from '@elias/contracts';
import { ObjectStore } from '@elias/object-store';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import pLimit from 'p-limit';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { BenchWindow } from './bench-windows.js';
import type { Figure } from './figures.js';

const RUNS = 3;
const logger = createLogger({ app: 'bench', level: 'error' });

/** What `elias replay --json` prints, as far as it is looked at. */
interface Replayed {
  replay: { rows: number; seconds: number };
}

/** The topic into empty tables by `elias replay`, in turn with the service itself; and archives to nowhere, a part of them and all. */
export async function benchReplay(stack: BenchStack, windows: readonly BenchWindow[]): Promise<Figure[]> {
  await migratePostgres(stack.postgres.url, logger);
  const postgres = new Postgres({ url: stack.postgres.url, applicationName: 'bench', logger });
  const rows = windows.reduce((sum, { facts }) => sum + facts.rowCount, 0);
  const [rates, services, peaks]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    await emptyTables(postgres);
    const group = `bench-replay-${process.pid}-${run}`;
    const service = new BenchProcess('apps/rds-loader/src/main.js', {
      ...appEnvironment(stack),
      RDS_LOADER_GROUP: group,
      RDS_LOADER_LIVE: 'off',
    });
    services.push((await loadingRate(postgres, rows, service)).rate);
    await service.stop();
    await emptyTables(postgres);
    const replay = elias(stack, ['--from-topic', TOPICS.windowsCandles.name, '--store', 'rds']);
    const { rate, rssPeakMib } = await loadingRate(postgres, rows, replay);
    await replay.done();
    rates.push(rate);
    peaks.push(rssPeakMib);
    await replay.stop();
  }
  await postgres.close();
  const read = await benchReading(stack, windows);
  return [
    {
      name: `elias replay from topic into Postgres, ${rows.toLocaleString('en')} rows`,
      unit: 'rows/s',
      runs: rates,
      yardstick: { name: 'rds-loader from topic', runs: services },
      target: { ratioMin: 1 },
    },
    { name: 'elias replay from topic, peak resident memory', unit: 'MiB', runs: peaks, target: { atMost: 250 } },
    ...read,
  ];
}

async function benchReading(stack: BenchStack, windows: readonly BenchWindow[]): Promise<Figure[]> {
  const prefix = `bench-replay-${randomBytes(4).toString('hex')}`;
  await seal(stack, prefix, windows);
  const few = [...new Set(windows.map(({ facts }) => facts.window.productId))].slice(0, 3).join();
  const [rates, part, whole]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    part.push((await readArchives(stack, prefix, ['--products', few])).rssPeakMib);
    const all = await readArchives(stack, prefix, []);
    rates.push(all.rate);
    whole.push(all.rssPeakMib);
  }
  return [
    {
      name: 'elias replay from archives to nowhere, every byte and row checked',
      unit: 'rows/s',
      runs: rates,
      yardstick: { name: 'what is wanted', runs: [100_000] },
      target: { ratioMin: 1 },
    },
    {
      name: 'elias replay from archives, peak resident memory',
      unit: 'MiB',
      runs: whole,
      yardstick: { name: 'three products', runs: part },
    },
  ];
}

async function seal(stack: BenchStack, prefix: string, windows: readonly BenchWindow[]): Promise<void> {
  const { region, endpoint, bucket, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = stack.s3;
  const store = new ObjectStore({ region, endpoint, bucket, credentials: { accessKeyId, secretAccessKey } });
  await store.ensureBucket();
  const limit = pLimit(8);
  await Promise.all(
    windows.map(({ facts, csv }) =>
      limit(async () => {
        const { zip } = await sealArchive({ ...facts, schemaVersion: SCHEMA_VERSION }, csv);
        await store.put(archiveKey(prefix, facts.window, facts.revision, facts.csvSha256), zip);
      }),
    ),
  );
  store.close();
}

async function readArchives(stack: BenchStack, prefix: string, options: string[]): Promise<{ rate: number; rssPeakMib: number }> {
  const replay = elias(stack, ['--from-archives', '--store', 'none', ...options], { ARCHIVE_PREFIX: prefix });
  let rssPeakMib = 0;
  let over = false;
  const result = replay.result<Replayed>().finally(() => (over = true));
  while (!over) {
    rssPeakMib = Math.max(rssPeakMib, replay.rssPeakMib() ?? 0);
    await Promise.race([sleep(50), result]);
  }
  const { replay: report } = await result;
  await replay.stop();
  return { rate: report.rows / report.seconds, rssPeakMib };
}

function elias(stack: BenchStack, args: readonly string[], env: Record<string, string> = {}): BenchProcess {
  return new BenchProcess('apps/cli/src/main.js', { ...appEnvironment(stack), ...env }, ['replay', ...args, '--json']);
}

/** Rows per second between the first rows seen in the tables and the last, so that start and join do not count. */
async function loadingRate(postgres: Postgres, rows: number, process: BenchProcess): Promise<{ rate: number; rssPeakMib: number }> {
  const seen: { atMs: number; rows: number }[] = [];
  let rssPeakMib = 0;
  for (const deadline = Date.now() + 600_000; (seen.at(-1)?.rows ?? 0) < rows; await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`loading stopped at ${seen.at(-1)?.rows ?? 0} of ${rows} rows`);
    const [ledger] = await postgres.query<{ rows: number }>('SELECT coalesce(sum(row_count), 0)::int AS rows FROM market.load_ledger');
    rssPeakMib = Math.max(rssPeakMib, process.rssPeakMib() ?? 0);
    if ((ledger?.rows ?? 0) > (seen.at(-1)?.rows ?? 0)) seen.push({ atMs: performance.now(), rows: ledger!.rows });
  }
  const [first, last] = [seen[0]!, seen.at(-1)!];
  return { rate: (last.rows - first.rows) / ((last.atMs - first.atMs) / 1_000), rssPeakMib };
}

async function emptyTables(postgres: Postgres): Promise<void> {
  await postgres.query('TRUNCATE market.candles, market.load_ledger');
  await postgres.query('CHECKPOINT').catch(() => undefined);
}
