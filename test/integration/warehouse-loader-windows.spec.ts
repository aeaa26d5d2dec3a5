import { madeTelling } from '../support/made-telling.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create();
});
afterAll(() => scene?.close());

it('loads a window for the first time', async () => {
  const loader = scene.loader();
  const telling = madeTelling({ productId: 'AA-USD', telling: 'first' });
  const told = await loader.deliver({ telling });
  expect(told.map(({ type, data }) => [type, 'outcome' in data ? data.outcome : data])).toEqual([['warehouse.loaded', 'replaced']]);
  expect(await scene.candleLines('AA-USD')).toEqual(telling.csv.toString().trimEnd().split('\n').slice(1));
});
