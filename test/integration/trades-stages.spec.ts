import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { parseWindowId } from '@elias/market-data';
import { compareWindows } from '../../apps/cli/src/compare-windows.js';
import { postgresStore, redshiftStore } from '../../apps/cli/src/window-stores.js';
import { ArchiverScene } from '../support/archiver-scene.js';
import { CollectorScene } from '../support/collector-scene.js';
import { RdsLoaderScene } from '../support/rds-loader-scene.js';
import { until } from '../support/service-process.js';
import { toldTrades } from '../support/told-trades.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

const GROUP = `test-archiver-${randomBytes(5).toString('hex')}`;
let exchange: CollectorScene;
let archives: ArchiverScene;
let loads: RdsLoaderScene;
let warehouse: WarehouseScene;

beforeAll(async () => {
  [exchange, archives, loads, warehouse] = await Promise.all([
    CollectorScene.open({ SIMULATOR_NOW: '2024-03-01T15:30:00Z' }),
    ArchiverScene.open(GROUP),
    RdsLoaderScene.open(1),
    WarehouseScene.create(),
  ]);
  await loads.begin();
  const services = [await exchange.start(), archives.start(GROUP, { ARCHIVE_PREFIX: warehouse.prefix }), loads.start()];
  await Promise.all(services.map((service) => service.ready()));
});
afterAll(async () => {
  await Promise.all([exchange.close(), archives.close(), loads.close(), warehouse.close()]);
});

it('from the exchange into archive, twin, Redshift and Postgres: what the simulator made, also where the first telling was partial', async () => {
  const [busy, quiet] = exchange.products as [string, string];
  await exchange.order('feed-load', { product_id: busy, per_second: 15 });
  await exchange.order('clock', { advance_ms: 2 * 3_600_000 });
  const [large, day] = [`trades/${busy}/2024-03-01T16`, `trades/${quiet}/2024-02-29`];
  const ids = [large, `trades/${busy}/2024-03-01T14`, day];
  await exchange.order('faults', { kind: 'drop_rows', rows: 5, times: 1, every: 30, match: 'limit=1000' });
  await exchange.answered([await exchange.request(large)]);
  await exchange.clearFaults();
  await exchange.answered(await exchange.requestAll(ids));
  const tellings = exchange.tradeWindows;
  expect(tellings.map(({ facts }) => facts.revision.unknown).toSorted()).toEqual([0, 0, 0, 5]);
  expect(tellings.some(({ records }) => records.length > 3)).toBe(true);

  const loaded = async (): Promise<unknown> =>
    (
      await loads.database.sql('SELECT count(*)::int AS n FROM market.load_ledger WHERE window_id = ANY ($1) AND unknown_periods = 0', [
        ids,
      ])
    )[0]!['n'];
  const sealed = (): typeof archives.answers.sealed => archives.sealedIn(warehouse.prefix).filter(({ window }) => ids.includes(window.id));
  await until(
    async () => (await loaded()) === ids.length && sealed().length >= tellings.length,
    40_000,
    () => `not archived or not loaded\n${archives.outputs()}\n${loads.outputs()}`,
  );
  await warehouse.loader().deliver(...sealed().map((event) => ({ sealed: event })));

  const stores = {
    ...{ bucket: warehouse.objects, prefix: warehouse.prefix },
    ...{ redshift: redshiftStore(warehouse.data), rds: postgresStore(loads.database.pool(4)) },
  };
  const compared = await compareWindows(ids, stores);
  expect(compared.map(({ error, equal }) => [error, equal])).toEqual(ids.map(() => [null, true]));
  for (const id of ids) {
    const window = parseWindowId(id);
    const lines = await toldTrades(await exchange.exchangeUrl(), window.productId, window);
    const twin = gunzipSync(await warehouse.objects.get(twinKey(warehouse.prefix, window))).toString();
    expect(twin.split('\n').slice(1, -1)).toEqual(lines);
  }
  expect(compared[0]!.rds_rows).toBe(54_000);
}, 120_000);
