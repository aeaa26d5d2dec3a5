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
const stats = (productId: string, telling: string, more: DayRow = {}, collectedAt?: string): MadeTelling =>
  madeDay(dayWindowAt('asset_stats_daily', productId, DAY_MS), [statsRow(productId, more)], telling, collectedAt);
const ofAll = (
  dataset: 'asset_discounts_daily' | 'discounts_7d' | 'discounts_30d',
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
