import { jest } from '@jest/globals';
import { revokedMarkerKey } from '@elias/archive';
import type { ObjectStore } from '@elias/object-store';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand, revokedEvent, testBucket } from '../support/loader-sources.js';
import type { Delivery } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling, WantedTelling } from '../support/made-telling.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import { storeSettings } from '../support/stack.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

jest.setTimeout(180_000);

const PRODUCT = 'REST-USD';
let before: WarehouseScene;
let after: WarehouseScene;
let databases: LoaderDatabase[];
let bucket: ObjectStore;

beforeAll(async () => {
  bucket = testBucket();
  await bucket.ensureBucket();
  [before, after] = (await Promise.all([WarehouseScene.create(), WarehouseScene.create()])) as [WarehouseScene, WarehouseScene];
  databases = [await LoaderDatabase.create(), await LoaderDatabase.create()];
});
afterAll(async () => {
  await Promise.all([before.close(), after.close(), ...databases.map((database) => database.drop())]);
  bucket.close();
});

const tell = (day: string, name: string, rest: Partial<WantedTelling> = {}): MadeTelling =>
  madeTelling({ productId: PRODUCT, day, telling: `${before.prefix} ${day} ${name}`, ...rest });
const elias = (...args: string[]): Promise<ToolResult> =>
  runElias(args, {
    ...storeSettings(),
    POSTGRES_URL: databases[1]!.url,
    ARCHIVE_PREFIX: before.prefix,
    REDSHIFT_DATABASE: 'dev',
    REDSHIFT_WORKGROUP: 'elias',
    AWS_ENDPOINT_URL_REDSHIFT_DATA: after.endpoint,
    REDSHIFT_COPY_ROLE_ARN: 'arn:aws:iam::123456789012:role/elias-copy',
  });
const revocations = async (rows: Promise<Record<string, unknown>[]>): Promise<unknown[]> =>
  (await rows).map(({ window_id, collection_id }) => `${String(window_id)} ${String(collection_id)}`).sort();
const withoutClock = (ledger: Map<string, Record<string, unknown>>): unknown[] =>
  [...ledger.values()].map(({ loaded_at: _, ...row }) => row).sort((a, b) => (String(a['window_id']) < String(b['window_id']) ? -1 : 1));

it('rebuilds both stores from archives alone: rows, ledger, coverage and withdrawals', async () => {
  const [first, second] = [tell('2023-12-01', 'a'), tell('2023-12-01', 'b', { minutes: [1, 2], collectedAt: '2023-12-05T00:00:00Z' })];
  const partial = tell('2023-12-02', 'a', { unknown: [5, 6, 900] });
  const [wrong, right] = [
    tell('2023-12-03', 'wrong', { collectedAt: '2023-12-09T00:00:00Z' }),
    tell('2023-12-03', 'right', { minutes: [8] }),
  ];
  const gone = tell('2023-12-04', 'gone');
  const told: Delivery[] = [
    ...[first, second, partial, wrong, right, gone].map((telling) => ({ telling })),
    { withdraw: wrong },
    { withdraw: gone },
  ];
  const loader = new LoaderByHand('archive', databases[0]!.pool(), bucket, before.prefix);
  for (const one of told) await loader.deliver(one);
  await loader.deliver({ telling: right });
  const warehouse = before.loader();
  await warehouse.deliver(...told.filter((one) => 'telling' in one));
  await warehouse.deliver({ withdraw: wrong }, { withdraw: gone }, { telling: right });
  for (const telling of [wrong, gone]) {
    const { archive } = await before.seal(telling);
    await bucket.put(revokedMarkerKey(archive.key), Buffer.from(String(revokedEvent(telling).value)));
  }

  for (const store of ['rds', 'redshift']) {
    const { code, errors, out } = await elias('replay', '--from-archives', '--store', store, '--json');
    expect({ store, code, errors }).toEqual({ store, code: 0, errors: '' });
    expect(JSON.parse(out)).toMatchObject({ replay: { read: 3, outcomes: { replaced: 3, revoked: 2 }, refused: [] } });
  }
  const [original, restored] = databases as [LoaderDatabase, LoaderDatabase];
  expect(await restored.candles(PRODUCT)).toEqual(await original.candles(PRODUCT));
  expect(await restored.ledger(PRODUCT)).toEqual(await original.ledger(PRODUCT));
  const noted = 'SELECT window_id, collection_id FROM market.revocations';
  expect(await revocations(restored.sql(noted))).toEqual(await revocations(original.sql(noted)));
  expect(await after.candleLines(PRODUCT)).toEqual(await before.candleLines(PRODUCT));
  expect((await after.candleLines(PRODUCT)).length).toBe(6);
  const [was, is] = [await before.ledger(), await after.ledger()].map(withoutClock);
  // a window that never had anything but what is withdrawn has no row where it was never loaded
  expect(is!.filter((row) => (row as { state: string }).state === 'loaded')).toEqual(
    was!.filter((row) => (row as { state: string }).state === 'loaded'),
  );
  expect(await revocations(after.rows(noted))).toEqual(await revocations(before.rows(noted)));
});

it('a warehouse has shadows too: compared, promoted, removed', async () => {
  await after.rows(`SELECT 1`);
  await after.data.execute(`DELETE FROM market.candles WHERE product_id = '${PRODUCT}' AND started_at < '2023-12-02 00:00:00'`);
  const into = ['--store', 'redshift', '--schema', 'shadow_r'];
  const compared = await elias('replay', '--from-archives', '--products', PRODUCT, ...into, '--compare', '--json');
  expect(compared).toMatchObject({ code: 1, errors: '' });
  expect(JSON.parse(compared.out)).toMatchObject({
    differences: [{ window: `candles/60/${PRODUCT}/2023-12-01`, changed: 2, rows: { real: 0, shadow: 2 } }],
  });
  const promoted = await elias('replay', ...into, '--promote', '--yes', '--drop', '--json');
  expect(promoted).toMatchObject({ code: 0, errors: '' });
  expect((JSON.parse(promoted.out) as { promoted: { promoted: string[] } }).promoted.promoted).toHaveLength(3);
  expect(await after.candleLines(PRODUCT)).toEqual(await before.candleLines(PRODUCT));
});

it('gives what was known at an instant: A, then B came later', async () => {
  const [a, b] = [
    tell('2023-11-01', 'A', { collectedAt: '2023-11-02T00:15:00Z' }),
    tell('2023-11-01', 'B', { collectedAt: '2023-11-08T00:15:00Z' }),
  ];
  for (const telling of [a, b]) await before.seal(telling);
  const day = ['--from', '2023-11-01', '--to', '2023-11-02'];
  const asOf = async (instant: string): Promise<string[]> => {
    const { out } = await elias('dataset', '--as-of', instant, ...day, '--json');
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { revision: { collection_id: string } }).revision.collection_id);
  };
  const idOf = ({ facts }: MadeTelling): string => facts.revision.collectionId;
  expect(await asOf('2023-11-05')).toEqual([idOf(a)]);
  expect(await asOf('2023-11-09')).toEqual([idOf(b)]);
  expect(await asOf('2023-11-02T00:14:59Z')).toEqual([]);
  // loaded beside the present, and made anew each time
  for (const [instant, telling] of [
    ['2023-11-09', b],
    ['2023-11-05', a],
  ] as const) {
    expect(await elias('dataset', '--as-of', instant, ...day, '--into', 'known_then')).toMatchObject({ code: 0, errors: '' });
    expect(await databases[1]!.sql('SELECT collection_id FROM known_then.load_ledger')).toEqual([{ collection_id: idOf(telling) }]);
  }
});
