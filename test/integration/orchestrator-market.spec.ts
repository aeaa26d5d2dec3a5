import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { DayRow } from '@elias/archive';
import { ALL_PRODUCTS, dayWindowAt } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { CandlePages } from '../../apps/orchestrator/src/market/candle-pages.js';
import { MarketController } from '../../apps/orchestrator/src/market/market.controller.js';
import { MarketReads } from '../../apps/orchestrator/src/market/market-reads.js';
import { ProblemFilter } from '../../apps/orchestrator/src/api/problem.filter.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import { madeDay } from '../support/made-day.js';
import { madeTelling } from '../support/made-telling.js';

const told = { definition_version: 1, inputs_hash: 'a'.repeat(64) };
const days = { present_days: 8, no_trade_days: 0, unknown_days: 0 };
const bucket = testBucket();
let database: LoaderDatabase;
let app: NestFastifyApplication;

class MarketModule {}
Module({})(MarketModule);

const topRow = (date: string, rank: number, product_id: string, discount: string): DayRow => ({
  ...{ as_of_date: date, rank, product_id, price: '9', reference_price: '10', reference_date: '2023-11-24', ...days, ...told },
  ...{ change: `-${discount}`, discount, high_n: null, discount_to_high: null },
});
const statsRow = (date: string, product_id: string): DayRow => ({
  ...{ product_id, as_of_date: date, close: '0.00004776', close_date: date, volume: '0', partial: false, mismatch: false },
  ...{ present_minutes: 1_440, no_trade_minutes: 0, unknown_minutes: 0, open_minutes: 0, ...told },
});

beforeAll(async () => {
  database = await LoaderDatabase.create();
  const postgres = database.pool(4);
  const loader = new LoaderByHand('topic', postgres, bucket, 'market');
  for (const [date, products] of [
    ['2023-12-01', ['BBB-USD', 'AAA-USD']],
    ['2023-12-02', ['AAA-USD']],
  ] as const) {
    const atMs = Date.parse(`${date}T00:00:00Z`);
    const top = products.map((id, i) => topRow(date, i + 1, id, `0.${9 - i}`));
    await loader.deliver({ telling: madeDay(dayWindowAt('discounts_7d', ALL_PRODUCTS, atMs), top, `top ${date}`) });
    await loader.deliver({ telling: madeDay(dayWindowAt('discounts_30d', ALL_PRODUCTS, atMs), [], `top 30 ${date}`) });
    for (const id of products) {
      await loader.deliver({ telling: madeDay(dayWindowAt('asset_stats_daily', id, atMs), [statsRow(date, id)], `${id} ${date}`) });
    }
  }
  await loader.deliver({ telling: madeTelling({ productId: 'AAA-USD', telling: 'candles', minutes: [0, 1, 2, 3, 1_439] }) });
  await postgres.query(
    `INSERT INTO pipeline.transforms (window_id, csv_sha256, row_count, left_out, collected_at, collection_id)
     VALUES ('discounts_7d/_all/2023-12-01', '', 2, '[{"product_id": "CCC-USD", "reason": "reference_unknown"}]', now(), gen_random_uuid())`,
  );
  const logger = createLogger({ app: 'test', level: 'silent' });
  const module = await Test.createTestingModule({
    imports: [MarketModule],
    controllers: [MarketController],
    providers: [
      { provide: MarketReads, useValue: new MarketReads(postgres) },
      { provide: CandlePages, useValue: new CandlePages(postgres) },
      { provide: APP_FILTER, useFactory: () => new ProblemFilter(logger) },
    ],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(async () => {
  await app.close();
  bucket.close();
  await database.drop();
});

async function get(url: string): Promise<{ status: number; json: Record<string, unknown>; type: string }> {
  const response = await app.inject({ method: 'GET', url });
  return { status: response.statusCode, json: response.json(), type: String(response.headers['content-type']) };
}

it('the furthest discounted products: of a day, or of the latest', async () => {
  const first = await get('/discounts?days=7&date=2023-12-01');
  expect(first.json).toMatchObject({
    as_of_date: '2023-12-01',
    days: 7,
    discounts: [
      { rank: 1, product_id: 'BBB-USD', discount: '0.9', change: '-0.9', price: '9', high_n: null, reference_date: '2023-11-24' },
      { rank: 2, product_id: 'AAA-USD', discount: '0.8' },
    ],
    left_out: [{ product_id: 'CCC-USD', reason: 'reference_unknown' }],
  });
  expect(await get('/discounts')).toMatchObject({ status: 200, json: { as_of_date: '2023-12-02', days: 7, left_out: [] } });
  expect((await get('/discounts?days=30')).json).toEqual({ as_of_date: '2023-12-02', days: 30, discounts: [], left_out: [] });
  expect((await get('/discounts?date=2020-01-01')).json).toMatchObject({ as_of_date: '2020-01-01', discounts: [] });
});

it('stats of a day, of the latest, of one product, over days; values exact', async () => {
  const names = async (url: string): Promise<string[]> =>
    ((await get(url)).json['stats'] as Record<string, string>[]).map((row) => `${row['product_id']} ${row['as_of_date']}`);
  expect(await names('/stats?date=2023-12-01')).toEqual(['AAA-USD 2023-12-01', 'BBB-USD 2023-12-01']);
  expect(await names('/stats')).toEqual(['AAA-USD 2023-12-02']);
  expect(await names('/stats?product=AAA-USD&from=2023-12-01')).toEqual(['AAA-USD 2023-12-01', 'AAA-USD 2023-12-02']);
  expect(await names('/stats?from=2023-12-01&to=2023-12-01')).toEqual(['AAA-USD 2023-12-01', 'BBB-USD 2023-12-01']);
  const { json } = await get('/stats?product=AAA-USD');
  expect(json['stats']).toEqual([
    expect.objectContaining({ close: '0.00004776', volume: '0', open: null, partial: false, present_minutes: 1_440 }),
  ]);
});

it('candles in pages, in time order', async () => {
  const range = 'from=2023-12-01T00:00:00Z&to=2023-12-02T00:00:00Z';
  const seen: unknown[] = [];
  let from: string | null = range;
  let pages = 0;
  while (from !== null) {
    const { json }: { json: Record<string, unknown> } = await get(`/candles?product=AAA-USD&limit=2&${from}`);
    seen.push(...(json['candles'] as Record<string, unknown>[]).map((row) => row['started_at']));
    from = json['next'] === null ? null : `from=${String(json['next'])}&to=2023-12-02T00:00:00Z`;
    pages += 1;
  }
  expect(pages).toBe(3);
  expect(seen).toEqual(['00:00', '00:01', '00:02', '00:03', '23:59'].map((time) => `2023-12-01T${time}:00Z`));
});

it('windows of the ledger in pages, by name', async () => {
  const first = await get('/windows?prefix=discounts_&limit=3');
  const ids = (json: Record<string, unknown>): unknown[] => (json['windows'] as Record<string, unknown>[]).map((row) => row['window_id']);
  expect(ids(first.json)).toEqual(['discounts_30d/_all/2023-12-01', 'discounts_30d/_all/2023-12-02', 'discounts_7d/_all/2023-12-01']);
  const second = await get(`/windows?prefix=discounts_&limit=3&after=${String(first.json['next'])}`);
  expect([ids(second.json), second.json['next']]).toEqual([['discounts_7d/_all/2023-12-02'], null]);
});

it.each([
  ['/discounts?days=8', 'days'],
  ['/discounts?date=2023-02-30', 'date'],
  ['/discounts?date=2023-12-01&date=2023-12-02', 'date'],
  ['/discounts?day=7', 'query'],
  ['/stats?product=btc', 'product'],
  ['/stats?date=2023-12-01&from=2023-12-01', 'query'],
  ['/candles?product=AAA-USD', 'from'],
  ['/candles?product=AAA-USD&from=2023-12-01T00:00:00Z&to=2023-12-01T00:00:00Z', 'to'],
  ['/candles?product=AAA-USD&granularity=61&from=2023-12-01T00:00:00Z&to=2023-12-02T00:00:00Z', 'granularity'],
  ['/candles?product=AAA-USD&limit=1501&from=2023-12-01T00:00:00Z&to=2023-12-02T00:00:00Z', 'limit'],
  ["/windows?prefix=' OR 1=1", 'prefix'],
  ['/discounts?date=0000-01-01', 'date'],
  ['/stats?from=0000-01-01', 'from'],
  ['/candles?product=AAA-USD&from=0000-01-01T00:00:00Z&to=2023-12-02T00:00:00Z', 'from'],
])('%s is refused with its field', async (url, field) => {
  const { status, json, type } = await get(encodeURI(url));
  expect({ status, type: type.split(';')[0] }).toEqual({ status: 400, type: 'application/problem+json' });
  expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
});

it('a sign that Postgres has no text with is refused', async () => {
  const { status, json } = await get('/windows?after=%00');
  expect([status, (json['errors'] as { field: string }[]).map((error) => error.field)]).toEqual([400, ['after']]);
});
