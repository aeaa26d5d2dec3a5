import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { alteredObjects } from '../support/altered-objects.js';
import { itNeeding } from '../support/it-needing.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { until } from '../support/service-process.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create();
});
afterAll(() => scene?.close());

const keyOf = ({ facts }: MadeTelling): string => twinKey(scene.prefix, facts.window);

async function expectTwin(telling: MadeTelling): Promise<void> {
  expect(gunzipSync(await scene.objects.get(keyOf(telling))).toString()).toBe(telling.csv.toString());
  expect((await scene.objects.head(keyOf(telling)))?.metadata).toEqual({ csv_sha256: telling.facts.csvSha256 });
}

itNeeding('zcat')('the twin is what zcat reads as the CSV, byte for byte', async () => {
  const telling = madeTelling({ productId: 'AA-USD', telling: 'read by zcat' });
  await scene.loader().deliver({ telling });
  const folder = mkdtempSync(join(tmpdir(), 'elias-twin-'));
  writeFileSync(join(folder, 'data.csv.gz'), await scene.objects.get(keyOf(telling)));
  const { stdout, status } = spawnSync('zcat', [join(folder, 'data.csv.gz')]);
  rmSync(folder, { recursive: true });
  expect({ status, text: stdout.toString() }).toEqual({ status: 0, text: telling.csv.toString() });
});

it('follows the ledger, and is emptied when no revision is left', async () => {
  const loader = scene.loader();
  const first = madeTelling({ productId: 'BA-USD', telling: 'first' });
  const second = madeTelling({ productId: 'BA-USD', telling: 'second', collectedAt: '2023-12-05T00:00:00Z' });
  await loader.deliver({ telling: first });
  await expectTwin(first);
  await loader.deliver({ telling: second });
  await expectTwin(second);
  await loader.deliver({ telling: first });
  await expectTwin(second);
  await loader.deliver({ withdraw: second });
  expect(gunzipSync(await scene.objects.get(keyOf(second))).toString()).toBe(second.csv.toString().split('\n')[0] + '\n');
  await loader.deliver({ telling: first });
  await expectTwin(first);
});

it('a loader that was overtaken between its commit and its put leaves the better one standing', async () => {
  const slow = madeTelling({ productId: 'CA-USD', telling: 'slow' });
  const fast = madeTelling({ productId: 'CA-USD', telling: 'fast', collectedAt: '2023-12-05T00:00:00Z' });
  const other = scene.loader();
  let overtaken = 0;
  const objects = alteredObjects(scene.objects, async (key, body) => {
    if (key === keyOf(slow) && (overtaken += 1) === 1) await other.deliver({ telling: fast });
    return body;
  });
  await scene.loader({ objects }).deliver({ telling: slow });
  expect(overtaken).toBe(1);
  await expectTwin(fast);
});

it('a put that meets another loader’s twin of the same window starts again', async () => {
  const old = madeTelling({ productId: 'DA-USD', telling: 'old' });
  const loaded = madeTelling({ productId: 'DA-USD', telling: 'loaded', collectedAt: '2023-12-05T00:00:00Z' });
  let met = 0;
  const objects = alteredObjects(scene.objects, async (key, body) => {
    // a zombie puts the old bytes just before
    if (key === keyOf(old) && (met += 1) === 1) await scene.objects.put(key, old.csv, { metadata: { csv_sha256: old.facts.csvSha256 } });
    return body;
  });
  await scene.loader({ objects }).deliver({ telling: loaded });
  expect(met).toBe(2);
  await expectTwin(loaded);
});

it('a sweep mends what is not the ledger’s, and removes old staged files only', async () => {
  const tellings = ['EA-USD', 'EB-USD', 'EC-USD'].map((productId) => madeTelling({ productId, telling: 'swept' }));
  await scene.loader().deliver(...tellings.map((telling) => ({ telling })));
  const [lost, wrong, right] = tellings as [MadeTelling, MadeTelling, MadeTelling];
  await scene.objects.delete([keyOf(lost)]);
  await scene.objects.put(keyOf(wrong), Buffer.from('x'), { metadata: { csv_sha256: 'x' } });
  const untouched = await scene.objects.head(keyOf(right));
  const staged = `${scene.prefix}/_loads/0000/data.csv.gz`;
  await scene.objects.put(staged, Buffer.from('x'));
  scene.loader({ sweepAtStart: true });
  await until(
    async () =>
      (await scene.objects.head(keyOf(wrong)))?.metadata['csv_sha256'] !== 'x' && (await scene.objects.head(keyOf(lost))) !== null,
    20_000,
    () => 'twins were not mended',
  );
  for (const telling of tellings) await expectTwin(telling);
  expect(await scene.objects.head(keyOf(right))).toEqual(untouched);
  expect(await scene.objects.head(staged)).not.toBeNull();
  scene.loader({ stagingKeepMs: -60_000 });
  await until(
    async () => (await scene.objects.head(staged)) === null,
    20_000,
    () => 'staged files were not removed',
  );
});
