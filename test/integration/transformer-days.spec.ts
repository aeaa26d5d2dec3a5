import { encodeEvent, decodeEvent, decodeWindowFacts, revisionToWire } from '@elias/contracts';
import type { ControlEvent, EncodedRecord, WindowFacts } from '@elias/contracts';
import type { Candle } from '@elias/market-data';
import { ALL_PRODUCTS, candleWindowAt, dayWindowAt, formatInstant, windowId } from '@elias/market-data';
import { Outbox } from '@elias/postgres';
import type { Postgres } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { ComputeDay } from '../../apps/transformer/src/compute-day.js';
import { NoteEvents, REFUSALS_MAX } from '../../apps/transformer/src/note-events.js';
import { CandleStore } from '../../apps/transformer/src/postgres/candle-store.js';
import { ProductStore } from '../../apps/transformer/src/postgres/product-store.js';
import { TransformStore } from '../../apps/transformer/src/postgres/transform-store.js';
import { TransformerMetrics } from '../../apps/transformer/src/transformer-metrics.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import { madeDay } from '../support/made-day.js';
import type { MadeTelling } from '../support/made-telling.js';
import { toldCandles } from '../support/told-candles.js';

const DAY = 86_400_000;
const D = Date.UTC(2024, 1, 1);
const PRODUCTS = ['AAA-USD', 'BBB-USD', 'CCC-USD', 'USDT-USD'] as const;
const logger = createLogger({ app: 'test', level: 'silent' });
const bucket = testBucket();
let database: LoaderDatabase;
let postgres: Postgres;
let loader: LoaderByHand;

beforeEach(async () => {
  database = await LoaderDatabase.create();
  postgres = database.pool(4);
  loader = new LoaderByHand('topic', postgres, bucket, 'transformer');
});
afterEach(() => database.drop());
afterAll(() => bucket.close());

const flat = (startedAtMs: number, price: number): Candle => ({
  startedAtMs,
  ...{ open: `${price}`, high: `${price}`, low: `${price}`, close: `${price}`, volume: '1440' },
});
/** Every minute of a day at one price. */
const minutesOf = (productId: string, dayMs: number, price: number, telling: string, collectedAt?: string): MadeTelling => {
  const candles = Array.from({ length: 1_440 }, (_, minute) => ({ ...flat(dayMs + minute * 60_000, price), volume: '1' }));
  return toldCandles(candleWindowAt(productId, 60, dayMs), candles, `${productId} ${telling}`, { collectedAt });
};
/** Daily candles of the days until D, by price; the days after D are open. */
const yearOf = (
  productId: string,
  year: number,
  priceOf: (dayMs: number) => number,
  telling: string,
  collectedAt?: string,
): MadeTelling => {
  const window = candleWindowAt(productId, 86_400, Date.UTC(year, 0));
  const candles: Candle[] = [];
  for (let atMs = window.fromMs; atMs < Math.min(window.toMs, D + DAY); atMs += DAY) candles.push(flat(atMs, priceOf(atMs)));
  const stateOf = (period: number) => (window.fromMs + period * DAY > D ? 'open' : 'no_trade') as 'open' | 'no_trade';
  return toldCandles(window, candles, `${productId} ${year} ${telling}`, { collectedAt, stateOf });
};

/** What the exchange says of its products at the end of a day. */
const listOf = (dayMs: number, stablecoins: readonly string[], telling: string, collectedAt?: string): MadeTelling => {
  const as_of_date = formatInstant(dayMs).slice(0, 10);
  const rows = PRODUCTS.map((product_id) => ({ product_id, as_of_date, fx_stablecoin: stablecoins.includes(product_id) }));
  return madeDay(dayWindowAt('products', ALL_PRODUCTS, dayMs), rows, `list of ${as_of_date} ${telling}`, collectedAt);
};

const stores = { candles: new CandleStore(), products: new ProductStore(), transforms: new TransformStore() };

function noteEvents(): NoteEvents {
  return new NoteEvents({ postgres, ...stores, reachDays: 31 });
}

function computeDay(settleMs = 0): ComputeDay {
  return new ComputeDay({
    ...{ ...stores, postgres, outbox: new Outbox<EncodedRecord>(postgres) },
    ...{ logger, spans: [7, 30], excluded: ['USDT-USD'], settleMs, newCollectionId: () => uuidv7() },
    metrics: new TransformerMetrics(new Metrics()),
  });
}

/** Loads candles into Postgres and tells the transformer of it. */
async function load(...tellings: MadeTelling[]): Promise<void> {
  loader.told.length = 0;
  await loader.deliver(...tellings.map((telling) => ({ telling })));
  await noteEvents().run(loader.told);
}

/** Computes until nothing is left, and gives what was published by window id. */
async function published(): Promise<Map<string, { facts: WindowFacts; rows: Record<string, string>[] }>> {
  while ((await computeDay().run()) > 0);
  const sent: EncodedRecord[] = [];
  await new Outbox<EncodedRecord>(postgres).send(1_000, (records) => Promise.resolve(void sent.push(...records)));
  const windows = new Map<string, { facts: WindowFacts; rows: Record<string, string>[] }>();
  for (const record of sent) {
    const facts = decodeWindowFacts(record);
    if (facts.kind !== 'ok') throw new Error('a record that nobody could take', { cause: facts.cause });
    const [header, ...lines] = String(record.value).trimEnd().split('\n');
    const names = header!.split(',');
    const rows = lines.map((line) => Object.fromEntries(line.split(',').map((field, i) => [names[i]!, field])));
    windows.set(record.key, { facts: facts.value, rows });
    const value = Buffer.from(record.value);
    await loader.deliver({ telling: { facts: facts.value, csv: value, candles: [], record } });
  }
  expect(loader.deadLetters).toEqual([]);
  return windows;
}

const AAA_STATS = 'asset_stats_daily/AAA-USD/2024-02-01';

/** What the last computation of a window came to. */
async function outcomeOf(id: string): Promise<unknown> {
  return (await postgres.query('SELECT outcome, detail FROM pipeline.transform_outcomes WHERE window_id = $1', [id]))[0];
}

/** AAA fell by a half over 7 days, BBB by a tenth over 30, CCC rose, USDT is left out. */
const PRICES: Record<(typeof PRODUCTS)[number], (dayMs: number) => number> = {
  'AAA-USD': (dayMs) => (dayMs >= D - 3 * DAY ? 50 : 100),
  'BBB-USD': (dayMs) => (dayMs >= D - 10 * DAY ? 9 : 10),
  'CCC-USD': (dayMs) => (dayMs >= D ? 3 : 2),
  'USDT-USD': (dayMs) => (dayMs >= D ? 0.5 : 1),
};
const everything = (): MadeTelling[] =>
  PRODUCTS.flatMap((id) => [
    minutesOf(id, D, PRICES[id](D), 'first'),
    yearOf(id, 2023, PRICES[id], 'first'),
    yearOf(id, 2024, PRICES[id], 'first'),
  ]);

it('a day is computed when its minutes and its daily candle are there, and not before', async () => {
  await load(minutesOf('AAA-USD', D, 50, 'first'));
  expect([...(await published()).keys()]).toEqual([]);
  expect(await outcomeOf(AAA_STATS)).toEqual({ outcome: 'not_due', detail: expect.stringMatching(/not loaded/) as string });
  await load(yearOf('AAA-USD', 2024, PRICES['AAA-USD'], 'first'));
  expect([...(await published()).keys()].sort()).toEqual([
    'asset_discounts_daily/_all/2024-02-01',
    'asset_stats_daily/AAA-USD/2024-02-01',
    'discounts_30d/_all/2024-02-01',
    'discounts_7d/_all/2024-02-01',
  ]);
  expect(await outcomeOf(AAA_STATS)).toEqual({ outcome: 'published', detail: null });
});

it('the tables of the furthest discounted products, in Postgres', async () => {
  await load(...everything());
  const windows = await published();
  expect(windows.size).toBe(PRODUCTS.length + 3);
  const top = (table: string): Promise<unknown[]> =>
    postgres.query(`SELECT rank, product_id, trim_scale(discount)::text AS discount, trim_scale(price)::text AS price,
      trim_scale(reference_price)::text AS reference_price, to_char(reference_date, 'YYYY-MM-DD') AS reference_date FROM market.${table} ORDER BY rank`);
  const aaa = { product_id: 'AAA-USD', discount: '0.5', price: '50', reference_price: '100' };
  expect(await top('discounts_7d')).toEqual([{ rank: 1, ...aaa, reference_date: '2024-01-25' }]);
  expect(await top('discounts_30d')).toEqual([
    { rank: 1, ...aaa, reference_date: '2024-01-02' },
    { rank: 2, product_id: 'BBB-USD', discount: '0.1', price: '9', reference_price: '10', reference_date: '2024-01-02' },
  ]);
  const [stats] = windows.get('asset_stats_daily/AAA-USD/2024-02-01')!.rows;
  expect(stats).toMatchObject({
    close: '50',
    volume: '1440',
    quote_volume: '72000',
    vwap: '50',
    return_7d: '-0.5',
    rv_1d: '0',
    mismatch: 'false',
  });
  const leftOut = await postgres.query<{ left_out: unknown }>(
    `SELECT left_out FROM pipeline.transforms WHERE window_id LIKE 'discounts_7d/%'`,
  );
  expect(leftOut).toEqual([{ left_out: [{ product_id: 'USDT-USD', reason: 'excluded' }] }]);
});

describe('the list of products', () => {
  const TABLES = ['discounts_30d/_all/2024-02-01', 'discounts_7d/_all/2024-02-01'];
  const listed = async (table: string): Promise<string[]> => {
    const rows = await postgres.query<{ product_id: string }>(`SELECT product_id FROM market.${table} ORDER BY rank`);
    return rows.map((row) => row.product_id);
  };
  const leftOut = async (): Promise<unknown> => {
    const [row] = await postgres.query<{ left_out: unknown }>('SELECT left_out FROM pipeline.transforms WHERE window_id = $1', [TABLES[1]]);
    return row!.left_out;
  };
  const USDT = { product_id: 'USDT-USD', reason: 'excluded' };

  it('a stablecoin is no candidate, and is one again once the list is revised; only the two tables are computed anew', async () => {
    await load(...everything());
    await published();
    await load(listOf(D, ['AAA-USD', 'NOSUCH-USD'], 'first'));
    expect([...(await published()).keys()].sort()).toEqual(TABLES);
    expect([await listed('discounts_7d'), await listed('discounts_30d')]).toEqual([[], ['BBB-USD']]);
    expect(await leftOut()).toEqual([{ product_id: 'AAA-USD', reason: 'fx_stablecoin' }, USDT]);
    await load(listOf(D, [], 'revised', '2024-02-03T00:20:00Z'));
    expect([...(await published()).keys()].sort()).toEqual(TABLES);
    expect([await listed('discounts_7d'), await listed('discounts_30d')]).toEqual([['AAA-USD'], ['AAA-USD', 'BBB-USD']]);
    expect(await leftOut()).toEqual([USDT]);
  });

  it('that is there first counts when the day is computed', async () => {
    await load(listOf(D, ['BBB-USD'], 'first'));
    expect((await published()).size).toBe(0);
    await load(...everything());
    await published();
    expect(await listed('discounts_30d')).toEqual(['AAA-USD']);
  });

  it('that chooses the same publishes nothing, and who is left out is told all the same', async () => {
    await load(...everything());
    await published();
    await load(listOf(D, ['CCC-USD'], 'first'));
    expect((await published()).size).toBe(0);
    expect(await leftOut()).toEqual([{ product_id: 'CCC-USD', reason: 'fx_stablecoin' }, USDT]);
  });

  it('of the day counts, else the latest before it, else the earliest there is', async () => {
    const days = [-3, -2, -1, 0].map((n) => D + n * DAY);
    await load(...days.map((dayMs) => minutesOf('AAA-USD', dayMs, 50, 'first')));
    const goingBy = (n: number): Promise<number[]> =>
      postgres
        .transaction((client) => stores.products.daysGoingBy(client, D + n * DAY))
        .then((all) => all.map((dayMs) => (dayMs - D) / DAY));
    const stablecoins = (n: number): Promise<string[]> =>
      postgres.transaction((client) => stores.products.stablecoins(client, formatInstant(D + n * DAY).slice(0, 10)));
    expect(await stablecoins(0)).toEqual([]);
    await load(listOf(D - 2 * DAY, ['AAA-USD'], 'first'));
    expect(await goingBy(-2)).toEqual([-3, -2, -1, 0]);
    await load(listOf(D, ['BBB-USD'], 'first'));
    expect([await goingBy(-2), await goingBy(0)]).toEqual([[-3, -2, -1], [0]]);
    expect([await stablecoins(-3), await stablecoins(-1), await stablecoins(0), await stablecoins(9)]).toEqual([
      ...[['AAA-USD'], ['AAA-USD'], ['BBB-USD'], ['BBB-USD']],
    ]);
  });
});

it('the same events again, and the same data collected again, publish nothing', async () => {
  await load(...everything());
  await published();
  await noteEvents().run(loader.told);
  expect((await published()).size).toBe(0);
  expect(await outcomeOf(AAA_STATS)).toEqual({ outcome: 'unchanged', detail: null });
  const again = [
    minutesOf('AAA-USD', D, 50, 'again', '2024-02-03T00:15:00Z'),
    yearOf('AAA-USD', 2024, PRICES['AAA-USD'], 'again', '2024-02-03T00:15:00Z'),
  ];
  await load(...again);
  expect((await published()).size).toBe(0);
});

it('a revised day computes the days that rest on it, and their later revision replaces the earlier', async () => {
  await load(...everything());
  const before = await published();
  const later = '2024-02-03T00:15:00Z';
  const fallen = (dayMs: number): number => (dayMs === D - 7 * DAY ? 200 : PRICES['AAA-USD'](dayMs));
  await load(yearOf('AAA-USD', 2024, fallen, 'revised', later));
  const after = await published();
  expect([...after.keys()].sort()).toEqual([
    'asset_discounts_daily/_all/2024-02-01',
    'asset_stats_daily/AAA-USD/2024-02-01',
    'discounts_30d/_all/2024-02-01',
    'discounts_7d/_all/2024-02-01',
  ]);
  for (const [id, { facts }] of after) {
    expect(facts.revision.collectedAtMs).toBeGreaterThanOrEqual(before.get(id)!.facts.revision.collectedAtMs + 1_000);
  }
  expect(await postgres.query('SELECT trim_scale(discount)::text AS discount FROM market.discounts_7d')).toEqual([{ discount: '0.75' }]);
});

it('a day whose minutes were revised is its own matter, and that of the day after', async () => {
  await load(...everything(), minutesOf('AAA-USD', D - DAY, 50, 'day before'));
  expect((await published()).has('asset_stats_daily/AAA-USD/2024-01-31')).toBe(true);
  const cheaper = minutesOf('AAA-USD', D - DAY, 49, 'revised', '2024-02-03T00:15:00Z');
  await load(cheaper);
  // the day after begins at the last price before it
  expect([...(await published()).keys()].sort()).toEqual(['asset_stats_daily/AAA-USD/2024-01-31', 'asset_stats_daily/AAA-USD/2024-02-01']);
});

it('what a stage refused is published again under a later revision, so often and no more', async () => {
  await load(...everything());
  const id = 'discounts_7d/_all/2024-02-01';
  let { facts } = (await published()).get(id)!;
  for (let refusal = 1; refusal <= REFUSALS_MAX + 1; refusal += 1) {
    await noteEvents().run([refused(facts), refused(facts)]);
    const again = (await published()).get(id);
    if (refusal > REFUSALS_MAX) {
      expect(again).toBeUndefined();
      return;
    }
    expect(again!.facts.csvSha256).toBe(facts.csvSha256);
    expect(again!.facts.revision.collectedAtMs).toBeGreaterThan(facts.revision.collectedAtMs);
    ({ facts } = again!);
  }
});

it('two transformers at once publish each window once; a mark that is set meanwhile stays', async () => {
  await load(...everything());
  await Promise.all([computeDay().run(), computeDay().run(), computeDay().run()]);
  while ((await computeDay().run()) > 0);
  const windows = await postgres.query<{ n: number }>('SELECT count(*)::int AS n FROM pipeline.outbox');
  expect(windows).toEqual([{ n: PRODUCTS.length + 3 }]);
});

it('a product whose figures no store can hold is passed over, its neighbours are computed', async () => {
  const window = candleWindowAt('AAA-USD', 60, D);
  const huge = { open: '9', high: '99999999999999', low: '9', close: '9', volume: '9'.repeat(20) };
  const unbearable = toldCandles(window, [{ startedAtMs: D, ...huge }], 'AAA-USD unbearable', { collectedAt: '2024-02-03T00:15:00Z' });
  await load(...everything(), unbearable);
  const windows = await published();
  expect(windows.size).toBe(PRODUCTS.length + 3 - 1);
  expect(windows.has(AAA_STATS)).toBe(false);
  expect(await outcomeOf(AAA_STATS)).toEqual({ outcome: 'failed', detail: expect.stringMatching(/10 places/) as string });
  expect(await postgres.query('SELECT window_id FROM pipeline.transform_marks')).toEqual([]);
  await load(minutesOf('AAA-USD', D, 50, 'mended', '2024-02-04T00:15:00Z'));
  expect([...(await published()).keys()]).toEqual(['asset_stats_daily/AAA-USD/2024-02-01']);
});

it('waits until a day rests', async () => {
  await load(...everything());
  expect(await computeDay(60_000).run()).toBe(0);
  await postgres.query(`UPDATE pipeline.transform_marks SET marked_at = marked_at - interval '2 minutes'`);
  expect(await computeDay(60_000).run()).toBeGreaterThan(0);
});

/** A failure as a loader tells it. */
function refused({ window, revision, requestId, runId }: WindowFacts): ControlEvent {
  const failure = { request_id: requestId, run_id: runId, window_id: windowId(window), revision: revisionToWire(revision) };
  const { value, headers } = encodeEvent(
    'rds.failed',
    { ...failure, reason: 'wrong-rows', detail: '', source: 'topic', load_error: null },
    'test',
  );
  const decoded = decodeEvent({ value: Buffer.from(value), headers });
  if (decoded.kind !== 'ok') throw new Error('not an event', { cause: decoded.cause });
  return decoded.value;
}
