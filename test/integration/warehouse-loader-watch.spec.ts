import { jest } from '@jest/globals';
import { archiveKey, revokedMarkerKey } from '@elias/archive';
import { windowId } from '@elias/market-data';
import { Metrics } from '@elias/telemetry';
import { LoaderDatabase } from '../support/loader-database.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { until } from '../support/service-process.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

jest.setTimeout(120_000);

let scene: WarehouseScene;
let database: LoaderDatabase;
beforeAll(async () => {
  [scene, database] = await Promise.all([WarehouseScene.create(), LoaderDatabase.create()]);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

let day = 1;
/** A telling of a day of its own; its name begins another's, so that the order of keys matters. */
function tell(telling: string): MadeTelling {
  day += 1;
  return madeTelling({ telling, productId: day % 2 === 0 ? 'BTC-USD' : 'BTC-USDC', day: `2023-11-${String(day).padStart(2, '0')}` });
}
const idOf = ({ facts }: MadeTelling): string => windowId(facts.window);
const UNLOADED = 'elias_warehouse_loader_unloaded_archives';

it('tells of archives that a store never loaded, after a load, and leaves them', async () => {
  const metrics = new Metrics();
  const [forgotten, withdrawn, loaded] = [tell('forgotten'), tell('withdrawn'), tell('loaded')];
  for (const telling of [forgotten, withdrawn, loaded]) await scene.seal(telling);
  const { window, revision, csvSha256 } = withdrawn.facts;
  await scene.objects.put(revokedMarkerKey(archiveKey(scene.prefix, window, revision, csvSha256)), Buffer.from('{}'));
  const loader = scene.loader({ watch: 'report', postgres: database.pool(1), metrics });
  await loader.deliver({ telling: loaded });
  await until(
    async () => (await metrics.text()).includes(`${UNLOADED}{store="postgres"} 2`),
    20_000,
    () => 'nothing was told',
  );
  expect(await metrics.text()).toContain(`${UNLOADED}{store="redshift"} 1`);
  expect(await scene.ledgerRow(idOf(forgotten))).toBeUndefined();
});

it('loads what Redshift never loaded, once, whoever else looks, and not what is young', async () => {
  const [forgotten, other] = [tell('forgotten too'), tell('loaded too')];
  await scene.seal(forgotten);
  const patient = scene.loader({ watch: 'load', watchAfterMs: 3_600_000 });
  await patient.deliver({ telling: other });
  expect(await scene.ledgerRow(idOf(forgotten))).toBeUndefined();

  const [one, two] = [scene.loader({ watch: 'load' }), scene.loader({ watch: 'load' })];
  const again = [tell('again one'), tell('again two')] as const;
  await Promise.all([scene.seal(again[0]), scene.seal(again[1])]);
  await Promise.all([one.deliver({ telling: again[0] }), two.deliver({ telling: again[1] })]);
  await until(
    async () => (await scene.ledgerRow(idOf(forgotten))) !== undefined,
    30_000,
    () => 'it was not loaded',
  );
  await Promise.all([one.loop.stop(5_000), two.loop.stop(5_000)]);
  const { productId } = forgotten.facts.window;
  const lines = await scene.candleLines(productId);
  expect(new Set(lines).size).toBe(lines.length);
  for (const line of forgotten.csv.toString().trimEnd().split('\n').slice(1)) expect(lines).toContain(line);
  const told = [...one.told, ...two.told].filter(({ type, data }) => type === 'warehouse.loaded' && data.window.id === idOf(forgotten));
  expect(told.length).toBeGreaterThan(0);
});
