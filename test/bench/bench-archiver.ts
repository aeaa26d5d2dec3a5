import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { BenchWindow } from './bench-windows.js';
import type { Figure } from './figures.js';

const RUNS = 3;
const WINDOWS_AT_ONCE = 16;

/** Topic to zips in a store that forgets, against bare DEFLATE; then into S3Mock. All windows lie on the topic already. */
export async function benchArchiver(stack: BenchStack, windows: readonly BenchWindow[]): Promise<Figure[]> {
  const csvFile = join(tmpdir(), `elias-bench-${process.pid}.csv`);
  writeFileSync(csvFile, Buffer.concat(windows.map(({ csv }) => csv)));
  writeFileSync(`${csvFile}.json`, JSON.stringify(windows.map(({ csv }) => csv.length)));
  const rows = windows.reduce((sum, { facts }) => sum + facts.rowCount, 0);
  const csvBytes = windows.reduce((sum, { csv }) => sum + csv.length, 0);
  const [rates, yardsticks, peaks]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    const yardstick = new BenchProcess('test/bench/deflate-yardstick.js', {
      BENCH_CSV_FILE: csvFile,
      BENCH_AT_ONCE: String(WINDOWS_AT_ONCE),
    });
    yardsticks.push((await yardstick.result<{ mbPerSecond: number }>()).mbPerSecond);
    const settings = {
      ...appEnvironment(stack),
      ARCHIVER_GROUP: `bench-archiver-${process.pid}-${run}`,
      ARCHIVER_WINDOWS_AT_ONCE: String(WINDOWS_AT_ONCE),
    };
    const archiver = new BenchProcess('test/bench/null-store-archiver.js', settings);
    await counted(archiver, 'elias_archiver_csv_bytes_total', csvBytes);
    const seconds = ((await archiver.metric('bench_last_ms')) - (await archiver.metric('bench_first_ms'))) / 1_000;
    rates.push(csvBytes / 1e6 / seconds);
    peaks.push(archiver.rssPeakMib() ?? Number.NaN);
    await archiver.stop();
  }
  const candles = Math.round((rows / csvBytes) * 1e6);
  return [
    {
      name: `archiver, topic to zips in a null store, ${rows.toLocaleString('en')} candles`,
      unit: 'MB/s',
      runs: rates,
      yardstick: { name: 'node:zlib', runs: yardsticks },
      target: { ratioMin: 0.7 },
      note: `1 MB is ${candles.toLocaleString('en')} candles`,
    },
    { name: 'archiver, peak resident memory', unit: 'MiB', runs: peaks, target: { atMost: 250 } },
  ];
}

/** The real archiver into S3Mock. */
export async function benchArchiverIntoStore(stack: BenchStack, windows: readonly BenchWindow[]): Promise<Figure[]> {
  const archiver = new BenchProcess('apps/archiver/src/main.js', {
    ...appEnvironment(stack),
    ARCHIVER_GROUP: `bench-into-store-${process.pid}`,
  });
  const csvBytes = windows.reduce((sum, { csv }) => sum + csv.length, 0);
  const startedMs = performance.now();
  await counted(archiver, 'elias_archiver_csv_bytes_total', csvBytes);
  const seconds = (performance.now() - startedMs) / 1_000;
  const peak = archiver.rssPeakMib();
  await archiver.stop();
  return [
    {
      name: 'archiver, into S3Mock, start and join included',
      unit: 'windows/s',
      runs: [windows.length / seconds],
      note: `peak ${peak?.toFixed(0) ?? 'unknown'} MiB`,
    },
  ];
}

/** Waits until a counter of the process reaches a value. */
export async function counted(process: BenchProcess, metric: string, value: number, withinMs = 300_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; (await process.metric(metric)) < value; await sleep(200)) {
    if (Date.now() > deadline)
      throw new Error(`${process.program} did not come to ${value} ${metric}, it is at ${await process.metric(metric)}`);
  }
}
