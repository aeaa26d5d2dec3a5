import { setTimeout as sleep } from 'node:timers/promises';
import { encodeWindowRecord, SCHEMA_VERSION } from '@elias/contracts';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand } from '../support/loader-sources.js';
import { WarehouseScene } from '../support/warehouse-scene.js';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import { publishWindows } from './bench-topic.js';
import type { BenchWindow } from './bench-windows.js';
import type { Figure } from './figures.js';

const RUNS = 3;
const SECONDS_MAX = 10;
/** The collector's tokens are all there again after so long, milliseconds. */
const REST_MS = 2_000;

/**
 * The command as somebody runs it: one day of every product, at every hop. The exchange is a simulator that serves the archives under
 * Coinbase's limit, which alone takes the pages of 18 days some 8 s.
 */
export async function benchAudit(stack: BenchStack, all: readonly BenchWindow[]): Promise<Figure[]> {
  const fromMs = all[Math.floor(all.length / 2)]!.facts.window.fromMs;
  const windows = all.filter(({ facts }) => facts.window.fromMs === fromMs);
  const [scene, database] = await Promise.all([WarehouseScene.create(), LoaderDatabase.create()]);
  const processes: BenchProcess[] = [];
  const start = (program: string, env: Record<string, string>): BenchProcess => {
    const started = new BenchProcess(program, { ...appEnvironment(stack), ARCHIVE_PREFIX: scene.prefix, ...env });
    processes.push(started);
    return started;
  };
  try {
    await carry(stack, windows, scene, database);
    const archives = `s3://${stack.s3.bucket}/${scene.prefix}`;
    const simulator = start('apps/exchange-simulator/src/main.js', { SIMULATOR_ARCHIVES: archives, SIMULATOR_RATE_LIMIT: 'on' });
    const group = `bench-audit-${process.pid}`;
    const collector = start('apps/collector/src/main.js', {
      EXCHANGE_URL: await simulator.url(),
      COLLECTOR_LIVE: 'off',
      COLLECTOR_GROUP: group,
    });
    await untilReady(collector);
    const settings = {
      ...{ POSTGRES_URL: database.url, COLLECTOR_URLS: await collector.url(), ARCHIVE_PREFIX: scene.prefix },
      ...{ AWS_ENDPOINT_URL_REDSHIFT_DATA: scene.endpoint, REDSHIFT_WORKGROUP: 'elias', REDSHIFT_DATABASE: 'dev' },
    };
    const figures: Figure[] = [];
    for (const hops of ['exchange,topic,archive,twin,redshift,postgres', 'topic,archive,twin,redshift,postgres']) {
      const runs: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        await sleep(REST_MS);
        runs.push(await auditSeconds(stack, windows, settings, hops));
      }
      const name = `audit, ${windows.length} windows at ${hops.split(',').length} hops, the process from its start to its end`;
      figures.push({ name, unit: 's', runs, ...(hops.startsWith('exchange') ? { target: { atMost: SECONDS_MAX } } : {}) });
    }
    return figures;
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
    await scene.close();
    await database.drop();
  }
}

async function carry(stack: BenchStack, windows: readonly BenchWindow[], scene: WarehouseScene, database: LoaderDatabase): Promise<void> {
  const tellings = windows.map(({ facts, csv }) => ({
    ...{ facts: { ...facts, schemaVersion: SCHEMA_VERSION }, csv, candles: [] },
    record: encodeWindowRecord(facts, csv, 'bench'),
  }));
  await publishWindows(stack, windows);
  for (const telling of tellings) await scene.seal(telling);
  await scene.loader().deliver(...tellings.map((telling) => ({ telling })));
  await new LoaderByHand('archive', database.pool(1), scene.objects, scene.prefix).deliver(...tellings.map((telling) => ({ telling })));
}

/** @throws Error when the audit finds anything */
async function auditSeconds(
  stack: BenchStack,
  windows: readonly BenchWindow[],
  settings: Record<string, string>,
  hops: string,
): Promise<number> {
  const products = windows.map(({ facts }) => facts.window.productId).join(',');
  const date = new Date(windows[0]!.facts.window.fromMs).toISOString().slice(0, 10);
  const args = ['audit', '--product', products, '--date', date, '--hops', hops];
  const startedMs = performance.now();
  await new BenchProcess('apps/cli/src/main.js', { ...appEnvironment(stack), ...settings }, args).done();
  return (performance.now() - startedMs) / 1_000;
}

async function untilReady(collector: BenchProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    const answer = await fetch(`${await collector.url()}/health/ready`).catch(() => null);
    if (answer?.status === 200) return;
  }
  throw new Error('the collector is not ready');
}
