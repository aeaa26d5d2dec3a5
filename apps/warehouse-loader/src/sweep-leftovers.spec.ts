import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { windowId } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { sealedTelling } from '../../../test/support/sealed-telling.js';
import { InMemoryObjects } from './in-memory-objects.js';
import { InMemoryWarehouse } from './in-memory-warehouse.js';
import { KeepTwins } from './keep-twins.js';
import { SweepLeftovers } from './sweep-leftovers.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const { signal } = new AbortController();
const NOW = Date.UTC(2023, 11, 9);

let objects: InMemoryObjects;
let warehouse: InMemoryWarehouse;
let sweep: SweepLeftovers;
beforeEach(() => {
  objects = new InMemoryObjects();
  warehouse = new InMemoryWarehouse(objects, () => NOW);
  const twins = new KeepTwins(objects, 'p', warehouse);
  sweep = new SweepLeftovers({ objects, prefix: 'p', warehouse, twins, logger, nowMs: () => NOW, stagingKeepMs: 1_000 });
});

/** A window in the ledger, its archive in the bucket, and a twin of some content. */
async function standing(productId: string, twin: 'right' | 'wrong' | 'none'): Promise<MadeTelling> {
  const telling = madeTelling({ productId, telling: productId });
  const { zip, event } = await sealedTelling(telling, objects.bucket, 'p');
  await objects.put(event.archive.key, zip);
  const { window, revision, csvSha256 } = telling.facts;
  const id = windowId(window);
  warehouse.ledgerRows.set(id, { windowId: id, revision, csvSha256, archiveKey: event.archive.key, revoked: false });
  const metadata = { csv_sha256: twin === 'right' ? csvSha256 : 'other' };
  if (twin !== 'none') await objects.put(twinKey('p', window), Buffer.from(twin), { metadata });
  return telling;
}
const textOf = ({ facts }: MadeTelling): string => {
  const { body } = objects.stored.get(twinKey('p', facts.window))!;
  return body[0] === 0x1f ? gunzipSync(body).toString() : body.toString();
};

it('mends twins that are wrong or gone, and leaves the right ones', async () => {
  const [right, wrong, none] = [await standing('A-USD', 'right'), await standing('B-USD', 'wrong'), await standing('C-USD', 'none')];
  expect(await sweep.mendTwins(signal)).toEqual({ windows: 3, mended: 2, unmendable: 0 });
  expect([right, wrong, none].map(textOf)).toEqual(['right', wrong.csv.toString(), none.csv.toString()]);
  expect(await sweep.mendTwins(signal)).toEqual({ windows: 3, mended: 0, unmendable: 0 });
});

it('tells of a twin whose archive cannot be read, and goes on', async () => {
  const gone = await standing('A-USD', 'wrong');
  const broken = await standing('B-USD', 'none');
  const other = await standing('C-USD', 'none');
  const keyOf = ({ facts }: MadeTelling): string => warehouse.ledgerRows.get(windowId(facts.window))!.archiveKey;
  await objects.delete([keyOf(gone)]);
  await objects.put(keyOf(broken), Buffer.from('no zip'));
  expect(await sweep.mendTwins(signal)).toEqual({ windows: 3, mended: 1, unmendable: 2 });
  expect(textOf(other)).toBe(other.csv.toString());
  expect(textOf(gone)).toBe('wrong');
});

it('empties the twin of a window without a revision', async () => {
  const telling = await standing('A-USD', 'right');
  const id = windowId(telling.facts.window);
  const revision = { unknown: 0, open: 0, collectedAtMs: 0, collectionId: '' };
  warehouse.ledgerRows.set(id, { windowId: id, revision, csvSha256: '', archiveKey: '', revoked: true });
  expect(await sweep.mendTwins(signal)).toMatchObject({ mended: 1 });
  expect(textOf(telling)).toBe('product_id,granularity,started_at,open,high,low,close,volume\n');
  expect(await sweep.mendTwins(signal)).toMatchObject({ mended: 0 });
});

it('removes staged files that are old, and no others', async () => {
  objects.nowMs = NOW - 1_001;
  await objects.put('p/_loads/1/a.csv.gz', Buffer.from('x'));
  await objects.put('p/candles/a.zip', Buffer.from('x'));
  objects.nowMs = NOW - 999;
  await objects.put('p/_loads/2/b.csv.gz', Buffer.from('x'));
  expect(await sweep.removeStaging()).toBe(1);
  expect([...objects.stored.keys()]).toEqual(['p/candles/a.zip', 'p/_loads/2/b.csv.gz']);
});
