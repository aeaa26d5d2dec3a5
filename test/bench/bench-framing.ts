import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { DEFLATE_LEVEL, gzipFromDeflate, openArchive, sealArchive } from '@elias/archive';
import { SCHEMA_VERSION } from '@elias/contracts';
import type { BenchWindow } from './bench-windows.js';
import type { Figure } from './figures.js';
import { median } from './figures.js';

const RUNS = 5;
const WINDOWS = 60;

/** Zip entry to gzip member: re-framed, against inflating and packing again. CPU of this one thread. */
export async function benchFraming(windows: readonly BenchWindow[]): Promise<Figure[]> {
  const archives = await Promise.all(
    windows
      .slice(0, WINDOWS)
      .map(async ({ facts, csv }) => openArchive((await sealArchive({ ...facts, schemaVersion: SCHEMA_VERSION }, csv)).zip)),
  );
  const [framing, repacking]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    framing.push(cpuMs(() => archives.forEach(({ deflated, csvEntry }) => gzipFromDeflate(deflated, csvEntry))));
    repacking.push(cpuMs(() => archives.forEach(({ deflated }) => gzipSync(inflateRawSync(deflated), { level: DEFLATE_LEVEL }))));
  }
  const [first] = archives;
  if (first === undefined || !gunzipSync(gzipFromDeflate(first.deflated, first.csvEntry)).equals(first.csv))
    throw new Error('the gzip member is not the CSV');
  const ratio = median(repacking) / median(framing);
  return [
    {
      name: `zip to gzip framing, ${archives.length} windows`,
      unit: 'ms of CPU',
      runs: framing,
      note: `inflate + gzip: ${median(repacking).toFixed(1)} ms, ${ratio.toFixed(0)} times as much; wanted 10 times or more: ${ratio >= 10 ? 'reached' : 'MISSED'}`,
    },
  ];
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max((user + system) / 1_000, 0.001);
}
