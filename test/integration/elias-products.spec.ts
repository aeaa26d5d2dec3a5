import { jest } from '@jest/globals';
import { FollowedProducts, ProductRefusedError } from '../../apps/orchestrator/src/products/followed-products.js';
import { OrchestratorScene } from '../support/orchestrator-scene.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';

jest.setTimeout(120_000);

let scene: OrchestratorScene;
let env: Record<string, string>;
const exchange = (...ids: string[]): { productIds: () => Promise<ReadonlySet<string>> } => ({
  productIds: () => Promise.resolve(new Set(ids)),
});
const list = (...ids: string[]): FollowedProducts => new FollowedProducts(scene.postgres, exchange('A-USD', 'B-USD', 'C-USD'), ids);
const idsOf = (products: { product_id: string }[]): string[] => products.map(({ product_id }) => product_id);

beforeAll(async () => {
  scene = await OrchestratorScene.open();
  await scene.begin();
});
afterAll(() => scene.close());

it('is filled once, whoever looks first; then the table counts, for every instance', async () => {
  const looks = await Promise.all([list('A-USD', 'B-USD'), list('A-USD', 'B-USD'), list('A-USD', 'B-USD')].map((one) => one.list()));
  for (const look of looks) expect(idsOf(look)).toEqual(['A-USD', 'B-USD']);
  expect(idsOf(await list('C-USD').follow('C-USD'))).toEqual(['A-USD', 'B-USD', 'C-USD']);
  expect(idsOf(await list('A-USD').follow('C-USD'))).toEqual(['A-USD', 'B-USD', 'C-USD']);
  expect(idsOf(await list().leave('A-USD'))).toEqual(['B-USD', 'C-USD']);
  expect(idsOf(await list('A-USD').leave('A-USD'))).toEqual(['B-USD', 'C-USD']);
  expect(await list('A-USD').ids()).toEqual({ followed: ['B-USD', 'C-USD'], left: new Set(['A-USD']) });
});

it('takes no product that the exchange lacks, and keeps the last one', async () => {
  await expect(list().follow('D-USD')).rejects.toThrow(new ProductRefusedError('the exchange has no product D-USD'));
  await list().leave('B-USD');
  await expect(list().leave('C-USD')).rejects.toThrow('C-USD is the last one');
  expect(idsOf(await list().follow('A-USD'))).toEqual(['A-USD', 'C-USD']);
});

it('elias lists, removes, and says why it does not add', async () => {
  const orchestrator = scene.start();
  env = { ORCHESTRATOR_URL: await orchestrator.url(), POSTGRES_URL: scene.database.url };
  const products = (...args: string[]): Promise<ToolResult> => runElias(['products', ...args], env);
  const listed = await products('list');
  expect(listed).toMatchObject({ code: 0, errors: '' });
  expect(listed.out).toMatch(/^A-USD {9}since \d{4}-\d{2}-\d{2}\nC-USD {9}since /);
  expect(JSON.parse((await products('remove', 'A-USD', '--json')).out)).toMatchObject({ products: [{ product_id: 'C-USD' }], runs: [] });
  expect(await products('remove', 'C-USD')).toMatchObject({ code: 2, errors: 'the orchestrator: C-USD is the last one\n' });
  expect(await products('add', 'A-USD')).toMatchObject({ code: 2, errors: expect.stringMatching(/exchange does not answer/) as string });
  expect(await products('add', 'a')).toMatchObject({ code: 2, errors: expect.stringMatching(/A product id like BTC-USD/) as string });
});
