import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ServiceProcess } from '../support/service-process.js';

/** Minutes that others recorded of the real Coinbase; they are not part of this repository. */
const directory = resolve(process.env['ELIAS_RECORDINGS_DIR'] ?? '../shared/market-data');
const there = existsSync(join(directory, 'candles-60s'));
if (!there) console.warn(`skipped: no recordings in ${directory} (ELIAS_RECORDINGS_DIR)`);
const recorded = there ? describe : describe.skip;

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

const read = new Map<string, Map<number, string>>();

/** An independent reader: every row of a recording by its time, the first of doubles, cells as they stand. */
function rowsOf(productId: string): Map<number, string> {
  const known = read.get(productId);
  if (known !== undefined) return known;
  const rows = new Map<number, string>();
  read.set(productId, rows);
  const [header = '', ...lines] = gunzipSync(readFileSync(join(directory, 'candles-60s', `${productId}.csv.gz`)))
    .toString()
    .trim()
    .split('\n');
  expect(header).toBe('time,low,high,open,close,volume');
  for (const line of lines) {
    const timeMs = Date.parse(`${line.slice(0, 10)}T${line.slice(11, 19)}Z`);
    if (!rows.has(timeMs)) rows.set(timeMs, `[${timeMs / 1_000}${line.slice(19)}]`);
  }
  return rows;
}

recorded('the simulator on real recordings', () => {
  const products = there
    ? readdirSync(join(directory, 'candles-60s'))
        .map((name) => name.replace('.csv.gz', ''))
        .sort()
    : [];
  let simulator: ServiceProcess;
  let latestMs = 0;

  beforeAll(async () => {
    simulator = new ServiceProcess('exchange-simulator', { SIMULATOR_RECORDINGS_DIR: directory, SIMULATOR_RATE_LIMIT: 'off' });
    latestMs = Math.max(...products.map((productId) => Math.max(...rowsOf(productId).keys())));
    await simulator.ready();
  });
  afterAll(() => simulator.end());

  /** Its log names the port; the answers' headers matter here. */
  const url = (path: string): string => `http://127.0.0.1:${/"port":(\d+)/.exec(simulator.output)?.[1] ?? ''}${path}`;
  const json = async <T>(path: string): Promise<T> => JSON.parse((await simulator.get(path)).text) as T;
  const candles = async (
    productId: string,
    fromMs: number,
    toMs: number,
    granularity = 60,
  ): Promise<{ status: number; text: string; headers: Headers }> => {
    const range = `granularity=${granularity}&start=${new Date(fromMs).toISOString()}&end=${new Date(toMs).toISOString()}`;
    const response = await fetch(url(`/products/${productId}/candles?${range}`));
    return { status: response.status, text: await response.text(), headers: response.headers };
  };

  it('starts its clock 60 s after the end of the latest recorded minute', async () => {
    const { epoch } = await json<{ epoch: number }>('/time');
    expect(epoch * 1_000).toBeGreaterThanOrEqual(latestMs + 2 * MINUTE_MS);
    expect(epoch * 1_000).toBeLessThan(latestMs + 2 * MINUTE_MS + 120_000);
  });

  it('names the source of every product, and the last day that all recordings hold', async () => {
    const sources = await json<Record<string, unknown>>('/_simulator/sources');
    for (const productId of products) expect([productId, sources[productId]]).toEqual([productId, 'recording']);
    expect(sources['SHIB-USD']).toBe('made');
    const { last_whole_day: day } = await json<{ last_whole_day: string }>('/_simulator/recordings');
    const dayMs = Date.parse(day);
    for (const productId of products) {
      const times = [...rowsOf(productId).keys()];
      expect(Math.min(...times)).toBeLessThanOrEqual(dayMs);
      expect(Math.max(...times) + MINUTE_MS).toBeGreaterThanOrEqual(dayMs + DAY_MS);
    }
  });

  it('serves each product’s last day as an independent reader finds it, doubles and text included', async () => {
    for (const productId of products) {
      const rows = rowsOf(productId);
      const lastMs = Math.max(...rows.keys());
      const dayMs = Math.floor(lastMs / DAY_MS) * DAY_MS;
      for (let fromMs = dayMs; fromMs <= lastMs; fromMs += 300 * MINUTE_MS) {
        const toMs = fromMs + 299 * MINUTE_MS;
        const expected = [...rows].filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs).sort(([one], [other]) => other - one);
        const { status, text } = await candles(productId, fromMs, toMs);
        expect([productId, status, text]).toEqual([productId, 200, `[${expected.map(([, row]) => row).join(',')}]`]);
      }
    }
  });

  it('each answer is true for the end of that product’s last minute + 60 s', async () => {
    for (const productId of products) {
      const lastMs = Math.max(...rowsOf(productId).keys());
      const { headers } = await candles(productId, lastMs, lastMs + 10 * MINUTE_MS);
      expect(headers.get('cf-cache-status')).toMatch(/^(REVALIDATED|MISS)$/);
      expect(Date.parse(headers.get('date') ?? '') - Number(headers.get('age')) * 1_000).toBe(lastMs + 2 * MINUTE_MS);
    }
  });

  it('refuses a page that begins before a recording, and makes nothing up', async () => {
    for (const productId of products) {
      const firstMs = Math.min(...rowsOf(productId).keys());
      const { status, text } = await candles(productId, firstMs - MINUTE_MS, firstMs + 9 * MINUTE_MS);
      expect(status).toBe(503);
      expect(JSON.parse(text)).toEqual({ message: expect.stringContaining(productId) as string });
      expect((await candles(productId, firstMs, firstMs + 9 * MINUTE_MS)).status).toBe(200);
    }
  });

  it('aggregates a day from its minutes', async () => {
    const dayMs = Date.parse((await json<{ last_whole_day: string }>('/_simulator/recordings')).last_whole_day);
    for (const productId of products) {
      const rows = rowsOf(productId);
      const times = Array.from({ length: 1_440 }, (_, minute) => dayMs + minute * MINUTE_MS);
      const minutes = times.flatMap((timeMs) => (rows.has(timeMs) ? [JSON.parse(rows.get(timeMs) ?? '') as number[]] : []));
      const [day] = JSON.parse((await candles(productId, dayMs, dayMs, 86_400)).text) as number[][];
      const column = (index: number): number[] => minutes.map((row) => row[index] ?? Number.NaN);
      expect(day?.slice(0, 5)).toEqual([dayMs / 1_000, Math.min(...column(1)), Math.max(...column(2)), column(3)[0], column(4).at(-1)]);
      const volume = column(5).reduce((sum, one) => sum + one, 0);
      expect(Math.abs((day?.[5] ?? 0) / volume - 1)).toBeLessThan(1e-9);
    }
  });

  it('serves the products that have no recording on the same clock', async () => {
    const { status, text, headers } = await candles('SHIB-USD', latestMs - 60 * MINUTE_MS, latestMs);
    expect(status).toBe(200);
    expect((JSON.parse(text) as unknown[]).length).toBeGreaterThan(40);
    expect(Math.abs(Date.parse(headers.get('date') ?? '') - latestMs)).toBeLessThan(10 * MINUTE_MS);
  });
});

describe('a start that cannot serve', () => {
  it.each([
    [{ SIMULATOR_RECORDINGS_DIR: '/nowhere' }, /recording "\/nowhere\/candles-60s": cannot be opened/],
    [{ SIMULATOR_RATE_LIMIT: 'perhaps' }, /setting SIMULATOR_RATE_LIMIT: is malformed/],
  ])('%j ends with one line and exit code 1', async (env, line) => {
    const simulator = new ServiceProcess('exchange-simulator', env as Record<string, string>);
    expect(await simulator.exited).toEqual({ code: 1, signal: null });
    expect(simulator.output.trim().split('\n')).toEqual([expect.stringMatching(line) as string]);
  });
});
