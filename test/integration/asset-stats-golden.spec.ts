import type { AssetDiscountRow, AssetStatsRow, Candle, CoveredCandles, Range } from '@elias/market-data';
import {
  assetDiscountsOfDay,
  assetStatsOfDay,
  canonicalDecimal,
  candleWindowAt,
  coverSpan,
  DailyPrices,
  DEFAULT_DISCOUNT_SPANS,
  lastPriceOf,
  topDiscounts,
} from '@elias/market-data';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { csvRows, instantOf } from '../support/candle-row.js';
import { itRecorded, recordings } from '../support/recorded-day.js';

/** A Python that has pandas, e.g. of a virtual environment. */
const PYTHON = process.env['ELIAS_PYTHON'] ?? 'python3';
const hasPandas = spawnSync(PYTHON, ['-c', 'import pandas'], { stdio: 'ignore' }).status === 0;
const SCRIPT = join(import.meta.dirname, 'asset_stats_golden.py');
const TIMEOUT_MS = 180_000;

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A recording, and what is taken out of it: whole days as if nothing had traded, and ranges as if nobody knew. */
interface Scenario {
  readonly name: string;
  readonly product: string;
  readonly no_trade_days: readonly string[];
  readonly unknown: readonly (readonly [from: string, to: string])[];
}

const whole = (product: string): Scenario => ({ name: product, product, no_trade_days: [], unknown: [] });
const products =
  recordings === null
    ? []
    : globSync(join(recordings, 'candles-60s', '*.csv.gz'))
        .map((path) => basename(path, '.csv.gz'))
        .sort();

/** Days without a trade, next to each other and alone, at the start of the listing, and holes of a minute and of a day. */
const DAMAGED: readonly Scenario[] = [
  {
    name: 'BTC-USD with holes',
    product: 'BTC-USD',
    no_trade_days: ['2023-12-03', '2023-12-10', '2023-12-11', '2023-12-20'],
    unknown: [
      ['2023-12-14T10:07:00Z', '2023-12-14T10:08:00Z'],
      ['2023-12-24T00:00:00Z', '2023-12-25T00:00:00Z'],
    ],
  },
  {
    name: 'UNI-USD listed late',
    product: 'UNI-USD',
    no_trade_days: Array.from({ length: 40 }, (_, i) => date(Date.parse('2023-10-20T00:00:00Z') + i * DAY_MS)),
    unknown: [],
  },
];
const scenarios = [...products.map(whole), ...DAMAGED];

interface Golden {
  readonly assets: Record<string, { readonly stats: Partial<AssetStatsRow>[]; readonly discounts: Partial<AssetDiscountRow>[] }>;
  readonly top: Record<string, Record<string, { products: string[]; discounts: string[]; wanting: string[] }>>;
}

/** What Elias makes of a scenario, with the columns that pandas knows nothing of left out. */
interface Computed {
  readonly stats: AssetStatsRow[];
  readonly discounts: AssetDiscountRow[];
}

let golden: Golden;
let computed: Map<string, Computed>;
beforeAll(() => {
  if (!hasPandas || recordings === null) return;
  const printed = execFileSync(PYTHON, [SCRIPT, recordings], { input: JSON.stringify(scenarios), maxBuffer: 64 * 2 ** 20 });
  golden = JSON.parse(printed.toString()) as Golden;
  computed = new Map(scenarios.map((scenario) => [scenario.name, compute(scenario)]));
}, TIMEOUT_MS);

/** The candles of a recording: of doubles the first row counts. */
function recorded(product: string): Map<number, Candle> {
  const candles = new Map<number, Candle>();
  for (const row of csvRows(gunzipSync(readFileSync(join(recordings!, 'candles-60s', `${product}.csv.gz`))).toString())) {
    const startedAtMs = Date.parse(instantOf(row['time']!));
    const [open, high, low, close, volume] = ['open', 'high', 'low', 'close', 'volume'].map((name) => canonicalDecimal(row[name]!));
    if (!candles.has(startedAtMs))
      candles.set(startedAtMs, { startedAtMs, open: open!, high: high!, low: low!, close: close!, volume: volume! });
  }
  return candles;
}

/** The minutes of each day that a recording touches. What lies before its first and after its last minute is unknown. */
function minutesByDay({ product, no_trade_days: quiet, unknown }: Scenario): CoveredCandles[] {
  const candles = [...recorded(product).values()].sort((a, b) => a.startedAtMs - b.startedAtMs);
  const [firstMs, endMs] = [candles[0]!.startedAtMs, candles.at(-1)!.startedAtMs + MINUTE_MS];
  const holes: Range[] = [
    { fromMs: Number.NEGATIVE_INFINITY, toMs: firstMs },
    ...unknown.map(([from, to]) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) })),
    { fromMs: endMs, toMs: Number.POSITIVE_INFINITY },
  ];
  const left = candles.filter(
    ({ startedAtMs: at }) => !quiet.includes(date(at)) && !holes.some(({ fromMs, toMs }) => at >= fromMs && at < toMs),
  );
  const days: CoveredCandles[] = [];
  for (let fromMs = Math.floor(firstMs / DAY_MS) * DAY_MS; fromMs < endMs; fromMs += DAY_MS) {
    const toMs = fromMs + DAY_MS;
    days.push({
      granularity: 60,
      fromMs,
      toMs,
      candles: left.filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs < toMs),
      unknownRanges: holes
        .map((hole) => ({ fromMs: Math.max(hole.fromMs, fromMs), toMs: Math.min(hole.toMs, toMs) }))
        .filter((hole) => hole.fromMs < hole.toMs),
      openRanges: [],
    });
  }
  return days;
}

/** Daily candles of a year's window, made of the minutes of each day; days that are not whole are unknown, as are those not recorded. */
function dailyPrices(product: string, days: readonly CoveredCandles[]): DailyPrices {
  const [fromMs, toMs] = [days[0]!.fromMs, days.at(-1)!.toMs];
  const extreme = (candles: readonly Candle[], field: 'high' | 'low', pick: (...values: number[]) => number): string => {
    const wanted = pick(...candles.map((candle) => Number(candle[field])));
    return candles.find((candle) => Number(candle[field]) === wanted)![field];
  };
  const candles = days
    .filter((day) => day.unknownRanges.length === 0 && day.candles.length > 0)
    .map(({ fromMs: startedAtMs, candles: minutes }): Candle => {
      const volume = minutes.reduce((sum, minute) => sum + Number(minute.volume), 0);
      const ends = { open: minutes[0]!.open, close: minutes.at(-1)!.close, volume: canonicalDecimal(volume.toFixed(8)) };
      return { startedAtMs, ...ends, high: extreme(minutes, 'high', Math.max), low: extreme(minutes, 'low', Math.min) };
    });
  const window = candleWindowAt(product, 86_400, fromMs);
  const unknownRanges = [
    { fromMs: window.fromMs, toMs: fromMs },
    ...days.filter((day) => day.unknownRanges.length > 0).map((day) => ({ fromMs: day.fromMs, toMs: day.toMs })),
    { fromMs: toMs, toMs: window.toMs },
  ];
  const wanted = { granularity: 86_400, fromMs: fromMs - 60 * DAY_MS, toMs: toMs + 10 * DAY_MS } as const;
  return new DailyPrices(coverSpan(wanted, [{ window, candles, coverage: { unknownRanges, openRanges: [] } }]));
}

function compute(scenario: Scenario): Computed {
  const days = minutesByDay(scenario);
  const daily = dailyPrices(scenario.product, days);
  return {
    stats: days.map((minutes, i) =>
      assetStatsOfDay({ productId: scenario.product, minutes, priceBefore: i === 0 ? null : lastPriceOf(days[i - 1]!), daily }),
    ),
    discounts: days.flatMap(({ fromMs }) =>
      assetDiscountsOfDay({ productId: scenario.product, dayMs: fromMs, daily, spans: DEFAULT_DISCOUNT_SPANS }),
    ),
  };
}

/** A row with the columns of the other one. */
function columnsOf<T extends object>(row: T, other: object | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => other !== undefined && name in other)) as Partial<T>;
}

function itGolden(name: string, test: () => void): void {
  if (hasPandas) itRecorded(name, test, TIMEOUT_MS);
  else it.skip(`${name} [skipped: Python with pandas is missing]`, () => undefined);
}

const named = products.length > 0 ? scenarios : [...['BTC-USD', 'MKR-USD', 'UNI-USD'].map(whole), ...DAMAGED];
for (const { name } of named) {
  itGolden(`${name}: stats and discounts of every day are those that pandas gives`, () => {
    const { stats, discounts } = computed.get(name)!;
    const expected = golden.assets[name]!;
    expect(stats.length).toBeGreaterThan(30);
    expect(stats.map((row, i) => columnsOf(row, expected.stats[i]))).toEqual(expected.stats);
    expect(discounts.map((row, i) => columnsOf(row, expected.discounts[i]))).toEqual(expected.discounts);
    expect(Object.keys(expected.stats[0]!)).toHaveLength(Object.keys(stats[0]!).length - 2);
    expect(Object.keys(expected.discounts[0]!)).toHaveLength(Object.keys(discounts[0]!).length - 3);
  });
}

itGolden('every value that stats and discounts have is compared somewhere, null and not', () => {
  const rows = [...computed.values()].flatMap(({ stats, discounts }) => [...stats, ...discounts]);
  const seen = new Map<string, Set<boolean>>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) seen.set(name, (seen.get(name) ?? new Set()).add(value === null));
  const onlyOne = [...seen].filter(([, kinds]) => kinds.size === 1).map(([name]) => name);
  const neverNull = ['product_id', 'as_of_date', 'partial', 'definition_version', 'inputs_hash', 'span_days'];
  const counts = [
    'present_minutes',
    'no_trade_minutes',
    'unknown_minutes',
    'open_minutes',
    'present_days',
    'no_trade_days',
    'unknown_days',
  ];
  expect(onlyOne.sort()).toEqual([...neverNull, ...counts, 'trade_count'].sort());
});

itGolden('the rankings of every day are those that pandas gives', () => {
  const rows = products.flatMap((product) => computed.get(product)!.discounts);
  let full = 0;
  for (const [span, days] of Object.entries(golden.top)) {
    for (const [day, expected] of Object.entries(days)) {
      const ofDay = rows.filter((row) => row.as_of_date === day);
      const top = topDiscounts(ofDay, { span: Number(span), count: 5, excluded: new Map() });
      expect(top.rows.map(({ product_id }) => product_id)).toEqual(expected.products);
      expect(top.rows.map(({ discount }) => discount)).toEqual(expected.discounts);
      expect(top.rows.map(({ rank }) => rank)).toEqual(top.rows.map((_, i) => i + 1));
      expect(top.leftOut.map(({ product_id }) => product_id)).toEqual(expected.wanting);
      if (top.rows.length === 5) full += 1;
    }
  }
  expect(full).toBeGreaterThan(5);
});
