import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { candleRow, csvRows, instantOf } from './candle-row.js';
import type { CandleRow } from './candle-row.js';
import { CLONE } from './launched-stack.js';

const DIRECTORY = process.env['ELIAS_RECORDINGS_DIR'] ?? join(CLONE, '../shared/market-data');

/** Folder of recordings, null on a machine that has none. */
export const recordings: string | null = existsSync(join(DIRECTORY, 'candles-60s')) ? DIRECTORY : null;

const SKIPPED = ` [skipped: no recordings in ${DIRECTORY}]`;

/** `it`, or, on a machine without recordings, a test that is skipped and says so. */
export function itRecorded(name: string, test: () => unknown, timeoutMs?: number): void {
  if (recordings === null) it.skip(`${name}${SKIPPED}`, () => undefined);
  else it(name, test as () => Promise<void>, timeoutMs);
}

/** `it.each` likewise. */
export function itRecordedEach(
  productIds: readonly string[],
): (name: string, test: (productId: string) => unknown, timeoutMs?: number) => void {
  return (name, test, timeoutMs) => {
    for (const productId of productIds) itRecorded(name.replace('%s', productId), () => test(productId), timeoutMs);
  };
}

/** A day of a recording as whoever reads the file by hand finds it: of doubles the first row counts. */
export function recordedDay(productId: string, date: string): CandleRow[] {
  if (recordings === null) throw new Error(`no recordings in ${DIRECTORY}`);
  const text = gunzipSync(readFileSync(join(recordings, 'candles-60s', `${productId}.csv.gz`))).toString();
  const rows = new Map<string, CandleRow>();
  for (const { time = '', low = '', high = '', open = '', close = '', volume = '' } of csvRows(text)) {
    const at = instantOf(time);
    if (at.startsWith(date) && !rows.has(at)) rows.set(at, candleRow({ at, open, high, low, close, volume }));
  }
  return [...rows.values()].sort(([a], [b]) => (a < b ? -1 : 1));
}
