import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { windowTopic } from '@elias/contracts';
import { ALL_PRODUCTS, windowId } from '@elias/market-data';
import { compareWindows } from '../../apps/cli/src/compare-windows.js';
import { postgresStore, redshiftStore } from '../../apps/cli/src/window-stores.js';
import { CollectorScene } from '../support/collector-scene.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand } from '../support/loader-sources.js';
import type { MadeTelling } from '../support/made-telling.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

const DAY_MS = 86_400_000;
const SOURCES = ['topic', 'archive'] as const;
let exchange: CollectorScene;
let warehouse: WarehouseScene;
const databases = new Map<(typeof SOURCES)[number], LoaderDatabase>();

beforeAll(async () => {
  exchange = await CollectorScene.open({ SIMULATOR_NOW: '2024-03-02T00:15:00Z' });
  await (await exchange.start()).ready();
  warehouse = await WarehouseScene.create();
  for (const source of SOURCES) databases.set(source, await LoaderDatabase.create());
});
afterAll(async () => {
  await exchange.close();
  await warehouse.close();
  for (const database of databases.values()) await database.drop();
});

/** What the collector publishes of a day: the list of products, and the exchange's stats of this scene's. */
async function collected(date: string): Promise<MadeTelling[]> {
  const requests = [
    await exchange.request(`products/_all/${date}`),
    await exchange.request(`exchange_stats/_all/${date}`, { products: [...exchange.products] }),
  ];
  await exchange.answered(requests);
  return requests.map((requestId) => {
    const { facts, csv, record } = exchange.windows.find((window) => window.facts.requestId === requestId)!;
    const encoded = { topic: windowTopic(facts.window.dataset), key: record.key!, partitionBy: ALL_PRODUCTS, value: csv };
    return { facts, csv, candles: [], record: { ...encoded, headers: record.headers } };
  });
}

/** Sealed, into Redshift and its twin, and into a Postgres from each source. */
async function load(tellings: readonly MadeTelling[]): Promise<void> {
  for (const telling of tellings) await warehouse.seal(telling);
  await warehouse.loader().deliver(...tellings.map((telling) => ({ telling })));
  for (const source of SOURCES) {
    const loader = new LoaderByHand(source, databases.get(source)!.pool(1), warehouse.objects, warehouse.prefix);
    await loader.deliver(...tellings.map((telling) => ({ telling })));
    expect(loader.deadLetters).toEqual([]);
  }
}

async function expectEqual(tellings: readonly MadeTelling[]): Promise<void> {
  for (const source of SOURCES) {
    const stores = {
      ...{ bucket: warehouse.objects, prefix: warehouse.prefix },
      ...{ redshift: redshiftStore(warehouse.data), rds: postgresStore(databases.get(source)!.pool(2)) },
    };
    const compared = await compareWindows(
      tellings.map(({ facts }) => windowId(facts.window)),
      stores,
    );
    expect(compared.map(({ error, rds_rows, redshift_rows }) => [error, rds_rows, redshift_rows])).toEqual(
      tellings.map(({ facts }) => [null, facts.rowCount, facts.rowCount]),
    );
  }
  for (const { facts, csv } of tellings) {
    expect(gunzipSync(await warehouse.objects.get(twinKey(warehouse.prefix, facts.window))).toString()).toBe(csv.toString());
  }
}

it('from the exchange into archive, twin and both stores, day by day; a product that is gone keeps its history', async () => {
  const [stays, goes, comes] = exchange.products as [string, string, string];
  await exchange.order('products', { product_id: comes, unknown: true });
  await exchange.order('products', { product_id: stays, status_message: 'all is well, "mostly"', fx_stablecoin: true });
  const first = await collected('2024-03-01');
  await exchange.order('products', { product_id: comes, unknown: false });
  await exchange.order('products', { product_id: goes, unknown: true });
  await exchange.order('products', { product_id: stays, status: 'delisted', trading_disabled: true });
  await exchange.order('clock', { advance_ms: DAY_MS });
  const second = await collected('2024-03-02');
  await load([...second, ...first]);
  await expectEqual([...first, ...second]);

  const names = exchange.products.map((id) => `'${id}'`).join();
  const seen = `SELECT product_id, CAST(first_seen AS VARCHAR) AS first_seen, CAST(last_seen AS VARCHAR) AS last_seen, status
    FROM market.products_seen WHERE product_id IN (${names})`;
  const expected = new Map([
    [stays, { first_seen: '2024-03-01', last_seen: '2024-03-02', status: 'delisted' }],
    [goes, { first_seen: '2024-03-01', last_seen: '2024-03-01', status: 'online' }],
    [comes, { first_seen: '2024-03-02', last_seen: '2024-03-02', status: 'online' }],
  ]);
  const inRedshift = [];
  for await (const row of warehouse.data.query(seen)) inRedshift.push(row);
  const stores = [inRedshift, ...(await Promise.all(SOURCES.map((source) => databases.get(source)!.pool(1).query(seen))))];
  for (const rows of stores as Record<string, string>[][]) {
    expect(new Map(rows.map(({ product_id, ...rest }) => [product_id, rest]))).toEqual(expected);
  }

  const figures = `SELECT product_id, last, asked_at FROM market.exchange_stats WHERE as_of_date = '2024-03-02' ORDER BY product_id`;
  const [told] = await Promise.all(
    SOURCES.map((source) => databases.get(source)!.pool(1).query<{ product_id: string; asked_at: Date | null }>(figures)),
  );
  expect(told!.map(({ product_id, asked_at }) => [product_id, asked_at === null])).toEqual(
    [...exchange.products].sort().map((id) => [id, id === goes]),
  );
}, 180_000);
