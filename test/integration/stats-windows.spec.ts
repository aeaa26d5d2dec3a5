import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import type { DayRow } from '@elias/archive';
import { ALL_PRODUCTS, dayWindowAt, windowId } from '@elias/market-data';
import { compareWindows } from '../../apps/cli/src/compare-windows.js';
import { postgresStore, redshiftStore } from '../../apps/cli/src/window-stores.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand } from '../support/loader-sources.js';
import { madeDay } from '../support/made-day.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

const SOURCES = ['topic', 'archive'] as const;
const DAY_MS = Date.UTC(2023, 11, 1);
const told = { definition_version: 1, inputs_hash: 'a'.repeat(64) };
const days = { present_days: 31, no_trade_days: 0, unknown_days: 0 };
let scene: WarehouseScene;
const databases = new Map<(typeof SOURCES)[number], LoaderDatabase>();

beforeAll(async () => {
  scene = await WarehouseScene.create();
  for (const source of SOURCES) databases.set(source, await LoaderDatabase.create());
});
afterAll(async () => {
  await scene.close();
  for (const database of databases.values()) await database.drop();
});

const statsRow = (product_id: string, more: DayRow = {}): DayRow => ({
  ...{ product_id, as_of_date: '2023-12-01', open: '0.00004776', high: '2.5', low: '0.00004', close: '2', close_date: '2023-12-01' },
  ...{ volume: '12345678901234.0123456789', quote_volume: '6', vwap: '2', vwap_source: 'candles', return_1d: '-0.12345678' },
  ...{ partial: false, mismatch: true, present_minutes: 1_440, no_trade_minutes: 0, unknown_minutes: 0, open_minutes: 0, ...told },
  ...more,
});
const nothingKnown = { open: null, high: null, low: null, close: null, close_date: null, volume: null, quote_volume: null, vwap: null };
const discountRow = (product_id: string, span_days: number): DayRow => ({
  ...{ product_id, as_of_date: '2023-12-01', span_days, close: '9', close_date: '2023-12-01', reference_price: '10', ...days, ...told },
  ...{ reference_date: '2023-11-24', change: '-0.1', discount: '0.1', high_n: null, discount_to_high: null, missing: null },
});
const topRow = (rank: number, product_id: string): DayRow => ({
  ...{ as_of_date: '2023-12-01', rank, product_id, price: '9', reference_price: '10', reference_date: '2023-11-24', ...days, ...told },
  ...{ change: '-0.1', discount: '0.1', high_n: '11', discount_to_high: '0.18181818' },
});
const told24h = { open: '37710.54', high: '38967.25', low: '37612.5', last: '38688.76', volume: '14087.04953717' };
const exchangeRow = (product_id: string, more: DayRow = {}): DayRow => ({
  ...{ product_id, as_of_date: '2023-12-01', asked_at: '2023-12-02T00:15:03Z', ...told24h, volume_30day: '430145.2' },
  ...more,
});
const productRow = (product_id: string, more: DayRow = {}): DayRow => ({
  ...{ product_id, as_of_date: '2023-12-01', base_currency: 'BTC', quote_currency: 'USD', status: 'online', status_message: null },
  ...{ base_increment: '0.00000001', quote_increment: '0.01', min_market_funds: '1', trading_disabled: false, post_only: false },
  ...{ limit_only: false, cancel_only: false, auction_mode: false, fx_stablecoin: true, margin_enabled: null },
  ...more,
});
const stats = (productId: string, telling: string, more: DayRow = {}, collectedAt?: string): MadeTelling =>
  madeDay(dayWindowAt('asset_stats_daily', productId, DAY_MS), [statsRow(productId, more)], telling, collectedAt);
const ofAll = (
  dataset: 'asset_discounts_daily' | 'discounts_7d' | 'discounts_30d' | 'exchange_stats' | 'products',
  rows: DayRow[],
  telling: string,
  at?: string,
): MadeTelling => madeDay(dayWindowAt(dataset, ALL_PRODUCTS, DAY_MS), rows, telling, at);

/** Into Redshift, and into a Postgres from each source. */
async function deliver(...tellings: MadeTelling[]): Promise<void> {
  for (const telling of tellings) await scene.seal(telling);
  await scene.loader().deliver(...tellings.map((telling) => ({ telling })));
  for (const source of SOURCES) {
    const loader = new LoaderByHand(source, databases.get(source)!.pool(1), scene.objects, scene.prefix);
    await loader.deliver(...tellings.map((telling) => ({ telling })));
    expect(loader.deadLetters).toEqual([]);
  }
}

async function expectEqual(...tellings: MadeTelling[]): Promise<void> {
  for (const source of SOURCES) {
    const stores = {
      ...{ bucket: scene.objects, prefix: scene.prefix },
      ...{ redshift: redshiftStore(scene.data), rds: postgresStore(databases.get(source)!.pool(2)) },
    };
    const compared = await compareWindows(
      tellings.map(({ facts }) => windowId(facts.window)),
      stores,
    );
    expect(compared.map(({ error }) => error)).toEqual(tellings.map(() => null));
    expect(compared.map(({ redshift_rows, rds_rows }) => [redshift_rows, rds_rows])).toEqual(
      tellings.map(({ facts }) => [facts.rowCount, facts.rowCount]),
    );
  }
}

it('days of stats and discounts, with nulls, are equal in archive, twin, Redshift and Postgres, beside candles', async () => {
  const tellings = [
    stats('BTC-USD', 'btc'),
    stats('ETH-USD', 'eth', { ...nothingKnown, vwap_source: null, partial: true, mismatch: null, return_1d: null }),
    ofAll('asset_discounts_daily', [discountRow('BTC-USD', 7), discountRow('BTC-USD', 30), discountRow('ETH-USD', 7)], 'discounts'),
    ofAll('discounts_7d', [topRow(1, 'ETH-USD'), topRow(2, 'BTC-USD')], 'top 7'),
    ofAll('discounts_30d', [], 'top 30'),
    madeTelling({ telling: 'candles beside' }),
  ];
  await deliver(...tellings);
  await expectEqual(...tellings);
  for (const { facts, csv } of tellings) {
    expect(gunzipSync(await scene.objects.get(twinKey(scene.prefix, facts.window))).toString()).toBe(csv.toString());
  }
}, 120_000);

it('what the exchange told of a day, words with commas and quotes among it, is equal everywhere too', async () => {
  const nothing = { asked_at: null, open: null, high: null, low: null, last: null, volume: null, volume_30day: null };
  const words = { status: 'offline', status_message: 'halted, see "status" at 10 % \\ soon', trading_disabled: true };
  const bare = Object.fromEntries(Object.keys(productRow('X')).map((name) => [name, null]));
  const tellings = [
    ofAll('exchange_stats', [exchangeRow('BTC-USD'), exchangeRow('GONE-USD', nothing)], 'exchange stats'),
    ofAll(
      'products',
      [
        productRow('BTC-USD'),
        productRow('ODD-USD', words),
        productRow('X-USD', { ...bare, product_id: 'X-USD', as_of_date: '2023-12-01' }),
      ],
      'products',
    ),
  ];
  await deliver(...tellings);
  await expectEqual(...tellings);
  for (const source of SOURCES) {
    const [odd] = await databases
      .get(source)!
      .pool(1)
      .query("SELECT status, status_message, trading_disabled FROM market.products WHERE product_id = 'ODD-USD'");
    expect(odd).toEqual(words);
  }
}, 120_000);

it('a product that the exchange does not list any more keeps its history', async () => {
  const listOf = (day: string, rows: DayRow[], telling: string, at?: string): MadeTelling =>
    madeDay(
      dayWindowAt('products', ALL_PRODUCTS, Date.parse(day)),
      rows.map((row) => ({ ...row, as_of_date: day })),
      telling,
      at,
    );
  await deliver(
    listOf('2023-12-05', [productRow('NEW-USD'), productRow('STAYS-USD'), productRow('WAS-USD')], 'fifth'),
    listOf('2023-12-04', [productRow('STAYS-USD'), productRow('WAS-USD', { status: 'online' })], 'fourth'),
    listOf('2023-12-06', [productRow('NEW-USD'), productRow('STAYS-USD'), productRow('WAS-USD')], 'sixth at first'),
    listOf('2023-12-06', [productRow('NEW-USD', { status: 'delisted' }), productRow('STAYS-USD')], 'sixth revised', '2023-12-08T00:20:00Z'),
  );
  const seen = `SELECT product_id, CAST(first_seen AS VARCHAR) AS first_seen, CAST(last_seen AS VARCHAR) AS last_seen, status FROM market.products_seen
    WHERE product_id IN ('NEW-USD', 'STAYS-USD', 'WAS-USD') ORDER BY product_id`;
  const expected = [
    { product_id: 'NEW-USD', first_seen: '2023-12-05', last_seen: '2023-12-06', status: 'delisted' },
    { product_id: 'STAYS-USD', first_seen: '2023-12-04', last_seen: '2023-12-06', status: 'online' },
    { product_id: 'WAS-USD', first_seen: '2023-12-04', last_seen: '2023-12-05', status: 'online' },
  ];
  for (const source of SOURCES) expect(await databases.get(source)!.pool(1).query(seen)).toEqual(expected);
  const rows = [];
  for await (const row of scene.data.query(seen)) rows.push(row);
  expect(rows).toEqual(expected);
}, 120_000);

it('a day computed again replaces the day, and no other day or product', async () => {
  const before = [stats('SOL-USD', 'sol'), ofAll('discounts_7d', [topRow(1, 'SOL-USD'), topRow(2, 'ADA-USD')], 'top before')];
  const later = '2023-12-03T00:20:00Z';
  const after = [stats('SOL-USD', 'sol again', { close: '3' }, later), ofAll('discounts_7d', [topRow(1, 'ADA-USD')], 'top after', later)];
  await deliver(...before);
  await deliver(...after);
  await expectEqual(...after, stats('BTC-USD', 'btc'));
  await deliver(...before);
  await expectEqual(...after);
}, 120_000);
