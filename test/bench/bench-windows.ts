import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { csvSha256, encodeCandlesCsv } from '@elias/archive';
import type { WindowFacts } from '@elias/contracts';
import { canonicalDecimal, candleWindowAt, coverageOf, DEFAULT_PRODUCT_IDS, periodCount } from '@elias/market-data';
import type { Candle, PeriodState } from '@elias/market-data';

export interface BenchWindow {
  readonly facts: Omit<WindowFacts, 'schemaVersion'>;
  readonly csv: Buffer;
}

export interface BenchInput {
  readonly source: string;
  readonly windows: readonly BenchWindow[];
}

const DAY_MS = 86_400_000;
const MADE_DAYS = 33;

/** The recordings where they are, as day windows of 60 s candles; else as much made data. `telling` makes another revision of each window. */
export function benchInput(recordings: string, telling = 0): BenchInput {
  const folder = join(recordings, 'candles-60s');
  if (!existsSync(folder)) {
    return { source: 'made data', windows: DEFAULT_PRODUCT_IDS.flatMap((id, i) => daysOf(id, madeCandles(i), telling)) };
  }
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv.gz'));
  const windows = files.flatMap((name) => daysOf(name.replace('.csv.gz', ''), recordedCandles(join(folder, name)), telling));
  return { source: `${files.length} recordings`, windows };
}

/** `time,low,high,open,close,volume`, newest first; of doubles the first counts. */
function recordedCandles(file: string): Candle[] {
  const byStart = new Map<number, Candle>();
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(1)) {
    const [time, low, high, open, close, volume] = line.split(',');
    if (time === undefined || volume === undefined) continue;
    const startedAtMs = Date.parse(`${time.replace(' ', 'T')}Z`);
    const [o, h, l, c, v] = [open!, high!, low!, close!, volume].map(canonicalDecimal);
    if (!byStart.has(startedAtMs)) byStart.set(startedAtMs, { startedAtMs, open: o!, high: h!, low: l!, close: c!, volume: v! });
  }
  return [...byStart.values()].sort((a, b) => a.startedAtMs - b.startedAtMs);
}

function madeCandles(product: number): Candle[] {
  const from = Date.parse('2023-11-27T00:00:00Z');
  const price = (cents: number): string => canonicalDecimal((cents / 100).toFixed(2));
  return Array.from({ length: MADE_DAYS * 1_440 }, (_, i) => {
    const cents = 1_000_000 + product * 50_000 + ((i * 7_919) % 9_973);
    const volume = canonicalDecimal((((i * 48_271) % 100_000_007) / 1e8).toFixed(8));
    return {
      startedAtMs: from + i * 60_000,
      open: price(cents),
      high: price(cents + 211),
      low: price(cents - 97),
      close: price(cents + 13),
      volume,
    };
  }).filter((_, i) => i % 11 !== product % 11);
}

function daysOf(productId: string, candles: readonly Candle[], telling: number): BenchWindow[] {
  const byDay = new Map<number, Candle[]>();
  for (const candle of candles) {
    const day = Math.floor(candle.startedAtMs / DAY_MS);
    const ofDay = byDay.get(day);
    if (ofDay === undefined) byDay.set(day, [candle]);
    else ofDay.push(candle);
  }
  return [...byDay].map(([day, ofDay], i) => benchWindow(productId, day * DAY_MS, ofDay, telling, i));
}

function benchWindow(productId: string, atMs: number, told: readonly Candle[], telling: number, i: number): BenchWindow {
  const window = candleWindowAt(productId, 60, atMs);
  const rows = told.map((row) =>
    telling === 0
      ? row
      : { ...row, volume: canonicalDecimal(`${row.volume}${row.volume.includes('.') ? '' : '.'}${telling}`.slice(0, 24)) },
  );
  const present = new Set(rows.map(({ startedAtMs }) => (startedAtMs - window.fromMs) / 60_000));
  const states = Array.from({ length: periodCount(window) }, (_, period): PeriodState => (present.has(period) ? 'present' : 'no_trade'));
  const csv = encodeCandlesCsv(window, rows);
  const random = `${productId}${i}`.split('').reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0xffffffff, telling + 7);
  const facts = {
    window,
    revision: {
      unknown: 0,
      open: 0,
      collectedAtMs: window.toMs + 900_000 + telling * 1_000,
      collectionId: `018c2a00-0000-7000-8000-0000${random.toString(16).padStart(8, '0')}`,
    },
    rowCount: rows.length,
    coverage: coverageOf(window, states),
    csvSha256: csvSha256(csv),
    requestId: '018c2a00-0000-7000-8000-000000000001',
    runId: '018c2a00-0000-7000-8000-000000000002',
    origin: 'backfill' as const,
  };
  return { facts, csv };
}
