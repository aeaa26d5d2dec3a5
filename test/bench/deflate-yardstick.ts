import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { DEFLATE_LEVEL } from '@elias/archive';
import pLimit from 'p-limit';

/** What node:zlib reaches on the same bytes, at the same level, with as many windows at once. */
const [file, windowsAtOnce] = [process.env['BENCH_CSV_FILE']!, Number(process.env['BENCH_AT_ONCE'])];
const lengths = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as number[];
const bytes = readFileSync(file);
let at = 0;
const windows = lengths.map((length) => bytes.subarray(at, (at += length)));

const deflate = promisify(deflateRaw) as (bytes: Uint8Array, options: { level: number }) => Promise<Buffer>;
const limit = pLimit(windowsAtOnce);
const startedMs = performance.now();
const packed = await Promise.all(windows.map((window) => limit(async () => (await deflate(window, { level: DEFLATE_LEVEL })).length)));
const seconds = (performance.now() - startedMs) / 1_000;
const packedBytes = packed.reduce((sum, length) => sum + length);
process.stdout.write(`${JSON.stringify({ mbPerSecond: bytes.length / 1e6 / seconds, packedBytes })}\n`);
