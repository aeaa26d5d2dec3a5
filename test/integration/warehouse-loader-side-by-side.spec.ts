import { twinKey } from '@elias/archive';
import { isBetterRevision, windowId } from '@elias/market-data';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create();
});
afterAll(() => scene?.close());

const PRODUCTS = ['AA-USD', 'AB-USD', 'AC-USD', 'AD-USD', 'AE-USD', 'AF-USD'];

/** Revisions of a product that differ in rows, completeness and age; the best is neither the first nor the last. */
const tellings = (productId: string, round: string): MadeTelling[] =>
  [0, 1, 2, 3, 4, 5].map((number) =>
    madeTelling({
      productId,
      telling: `${round} ${productId} ${number}`,
      minutes: [number, number + 1, number + 20],
      unknown: number === 3 ? [] : [100 + number, 200],
      collectedAt: `2023-12-0${2 + number}T00:15:00Z`,
    }),
  );

const bestOf = (all: readonly MadeTelling[]): MadeTelling =>
  all.reduce((best, one) => (isBetterRevision(one.facts.revision, best.facts.revision) ? one : best));

async function expectOneLoadersEnd(byProduct: readonly MadeTelling[][]): Promise<void> {
  const best = byProduct.map(bestOf);
  const candles = await scene.candles(best.map(({ facts }) => facts.window.productId));
  const ledger = await scene.ledger();
  for (const { facts, csv } of best) {
    expect(candles.get(facts.window.productId)).toEqual(csv.toString().trimEnd().split('\n').slice(1));
    const { collectionId } = facts.revision;
    expect(ledger.get(windowId(facts.window))).toMatchObject({ collection_id: collectionId, csv_sha256: facts.csvSha256 });
    expect((await scene.objects.head(twinKey(scene.prefix, facts.window)))?.metadata['csv_sha256']).toBe(facts.csvSha256);
  }
  const doubled = await scene.rows('SELECT window_id, COUNT(*) AS n FROM market.load_ledger GROUP BY window_id HAVING COUNT(*) > 1');
  expect(doubled).toEqual([]);
}

it('two loaders with different revisions and a first load end as one would', async () => {
  const byProduct = PRODUCTS.map((productId) => tellings(productId, 'first'));
  const [one, two] = [scene.loader(), scene.loader()];
  for (const step of [0, 2, 4]) {
    const loads = [one, two].map((loader, which) => loader.deliver(...byProduct.map((all) => ({ telling: all[step + which]! }))));
    const told = (await Promise.all(loads)).flat();
    expect(told).toHaveLength(2 * PRODUCTS.length);
    expect(told.every(({ type }) => type === 'warehouse.loaded' || type === 'warehouse.superseded')).toBe(true);
  }
  await expectOneLoadersEnd(byProduct);
}, 120_000);

it('so do three, each with windows of the others, in batches of all sizes', async () => {
  const byProduct = ['BA-USD', 'BB-USD', 'BC-USD'].map((productId) => tellings(productId, 'mixed'));
  const all = byProduct.flat();
  const loaders = [scene.loader(), scene.loader(), scene.loader()];
  await Promise.all(
    loaders.map(async (loader, which) => {
      const mine = all.filter((_, at) => at % 3 === which || at % 5 === which);
      for (let at = 0; at < mine.length; at += which + 2) {
        await loader.deliver(...mine.slice(at, at + which + 2).map((telling) => ({ telling })));
      }
    }),
  );
  await expectOneLoadersEnd(byProduct);
}, 120_000);

it('two that load the very same batch load it once', async () => {
  const telling = madeTelling({ productId: 'CA-USD', telling: 'same batch' });
  const told = await Promise.all([scene.loader(), scene.loader()].map((loader) => loader.deliver({ telling })));
  expect(told.flat().map(({ type }) => type)).toEqual(['warehouse.loaded', 'warehouse.loaded']);
  await expectOneLoadersEnd([[telling]]);
});
