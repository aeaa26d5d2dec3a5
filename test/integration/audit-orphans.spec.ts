import { jest } from '@jest/globals';
import { archiveFolder, archiveKey, twinKey, revokedMarkerKey } from '@elias/archive';
import { windowId } from '@elias/market-data';
import { auditOrphans } from '../../apps/cli/src/orphans/audit-orphans.js';
import type { Orphan } from '../../apps/cli/src/orphans/orphan.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

jest.setTimeout(120_000);

let scene: WarehouseScene;
let database: LoaderDatabase;
// one product's name begins another's, so that the order of keys and that of names have to be the same
const products = ['BTC-USD', 'BTC-USDC', 'ETH-USD', 'XRP-USD', 'SOL-USD', 'ADA-USD', 'DOT-USD'];
const tellings = products.map((productId) => madeTelling({ productId, telling: `${productId} first` }));
const better = madeTelling({ productId: 'BTC-USD', telling: 'BTC-USD second', collectedAt: '2023-12-03T00:15:00Z' });

beforeAll(async () => {
  [scene, database] = await Promise.all([WarehouseScene.create(), LoaderDatabase.create()]);
  for (const telling of [...tellings, better]) await scene.seal(telling);
  const delivered = [...tellings, better].map((telling) => ({ telling }));
  await scene.loader().deliver(...delivered);
  await new LoaderByHand('archive', database.pool(1), scene.objects, scene.prefix).deliver(...delivered);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

async function orphans(beforeMs = Date.now() + 60_000): Promise<Orphan[]> {
  const all: Orphan[] = [];
  const places = { bucket: scene.objects, prefix: scene.prefix, redshift: scene.data, postgres: database.pool(1), beforeMs };
  for await (const one of auditOrphans(places, () => undefined)) all.push(one);
  return all;
}

const keyOf = ({ facts }: MadeTelling): string => archiveKey(scene.prefix, facts.window, facts.revision, facts.csvSha256);
const idOf = ({ facts }: MadeTelling): string => windowId(facts.window);

it('finds none where every archive is loaded, or a better one of its window', async () => {
  expect(await orphans()).toEqual([]);
});

it('names each by what it lacks, and nothing that is young', async () => {
  const [, usdc, eth, xrp, sol, ada, dot] = tellings as [
    MadeTelling,
    MadeTelling,
    MadeTelling,
    MadeTelling,
    MadeTelling,
    MadeTelling,
    MadeTelling,
  ];
  const unloaded = madeTelling({ productId: 'NEW-USD', telling: 'nobody loaded it' });
  await scene.seal(unloaded);
  await database.sql('DELETE FROM market.load_ledger WHERE window_id = $1', [idOf(eth)]);
  await scene.database.admin.query('DELETE FROM market.load_ledger WHERE window_id = $1', [idOf(sol)]);
  await scene.objects.delete([keyOf(usdc), twinKey(scene.prefix, xrp.facts.window)]);
  await scene.objects.put(revokedMarkerKey(keyOf(ada)), Buffer.from('{}'));
  await scene.objects.put(`${archiveFolder(scene.prefix, dot.facts.window)}/notes.txt`, Buffer.from('x'));
  await scene.objects.put(`${scene.prefix}/_loads/abc/left.csv.gz`, Buffer.from('x'));

  const found = await orphans();
  expect(found).toEqual([
    { kind: 'withdrawn', store: 'redshift', window: idOf(ada), key: keyOf(ada) },
    { kind: 'withdrawn', store: 'postgres', window: idOf(ada), key: keyOf(ada) },
    { kind: 'no_archive', store: 'redshift', window: idOf(usdc), key: keyOf(usdc) },
    { kind: 'no_archive', store: 'postgres', window: idOf(usdc), key: keyOf(usdc) },
    { kind: 'foreign', store: null, window: null, key: `${archiveFolder(scene.prefix, dot.facts.window)}/notes.txt` },
    { kind: 'not_loaded', store: 'postgres', window: idOf(eth), key: keyOf(eth) },
    { kind: 'not_loaded', store: 'redshift', window: idOf(unloaded), key: keyOf(unloaded) },
    { kind: 'not_loaded', store: 'postgres', window: idOf(unloaded), key: keyOf(unloaded) },
    { kind: 'not_loaded', store: 'redshift', window: idOf(sol), key: keyOf(sol) },
    { kind: 'no_ledger', store: 'redshift', window: null, key: twinKey(scene.prefix, sol.facts.window) },
    { kind: 'no_twin', store: 'redshift', window: idOf(xrp), key: twinKey(scene.prefix, xrp.facts.window) },
    { kind: 'staged', store: null, window: null, key: `${scene.prefix}/_loads/abc/left.csv.gz` },
  ]);
  expect(await orphans(Date.now() - 3_600_000)).toEqual([]);
});
