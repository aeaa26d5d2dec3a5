import { revokedMarkerKey } from '@elias/archive';
import { jest } from '@jest/globals';
import type { ObjectStore } from '@elias/object-store';
import { LoaderDatabase, rowsOf } from '../support/loader-database.js';
import { LoaderByHand, revokedEvent, sealed, testBucket } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import { storeSettings } from '../support/stack.js';

jest.setTimeout(120_000);

const PREFIX = `test/replay-${process.pid}`;
const [BTC, ETH] = ['RBTC-USD', 'RETH-USD'];
const DAYS = ['2023-12-01', '2023-12-02', '2023-12-03'];
let database: LoaderDatabase;
let bucket: ObjectStore;
let tellings: MadeTelling[];

beforeAll(async () => {
  database = await LoaderDatabase.create();
  bucket = testBucket();
  await bucket.ensureBucket();
  tellings = [BTC, ETH].flatMap((productId) =>
    DAYS.map((day) => madeTelling({ productId, day, telling: `${PREFIX} ${productId} ${day}` })),
  );
  for (const telling of tellings) await sealed(telling, bucket, PREFIX);
});
afterAll(async () => {
  await database.drop();
  bucket.close();
});

const replay = (...args: string[]): Promise<ToolResult> =>
  runElias(['replay', ...args], { ...storeSettings(), POSTGRES_URL: database.url, ARCHIVE_PREFIX: PREFIX });
const json = ({ out }: ToolResult): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const of = (productId: string): MadeTelling[] => tellings.filter(({ facts }) => facts.window.productId === productId);

it('rebuilds the tables from archives alone, and again is the same', async () => {
  const first = await replay('--from-archives', '--store', 'rds', '--json');
  expect(first).toMatchObject({ code: 0, errors: '' });
  expect(json(first)).toMatchObject({ replay: { read: 6, rows: 18, outcomes: { replaced: 6 }, refused: [] } });
  for (const productId of [BTC, ETH]) {
    expect(await database.candles(productId)).toEqual(of(productId).flatMap(rowsOf));
    expect(await database.ledger(productId)).toMatchObject(of(productId).map(({ facts }) => ({ csv_sha256: facts.csvSha256 })));
  }
  expect(json(await replay('--from-archives', '--store', 'rds', '--json'))).toMatchObject({ replay: { outcomes: { unchanged: 6 } } });
});

it('tells what it would do', async () => {
  const { code, out } = await replay(
    '--from-archives',
    '--products',
    BTC,
    '--from',
    '2023-12-02',
    '--to',
    '2023-12-03',
    '--store',
    'rds',
    '--dry-run',
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^1 windows in 1 archives, \d+ KiB\.\nNothing was done\.\n$/);
});

it('compares a shadow with the tables, and promotes it once somebody says yes', async () => {
  const into = ['--store', 'rds', '--schema', 'shadow_a'];
  expect(await replay('--from-archives', '--products', BTC, ...into, '--compare')).toMatchObject({
    code: 0,
    out: expect.stringContaining('0 of 3 windows differ between shadow_a and market.') as string,
  });
  // somebody's hand in the real table
  await database.sql(`UPDATE market.candles SET close = 1 WHERE product_id = $1 AND started_at = '2023-12-02T00:01:00Z'`, [BTC]);
  await database.sql(`DELETE FROM market.candles WHERE product_id = $1 AND started_at >= '2023-12-03'`, [BTC]);
  const compared = await replay(...into, '--compare');
  expect(compared.code).toBe(1);
  expect(compared.out).toContain(`candles/60/${BTC}/2023-12-02: 1 row differs (3 -> 3)\n  ~ `);
  expect(compared.out).toContain('close 1 -> ');
  expect(compared.out).toContain(`candles/60/${BTC}/2023-12-03: 3 rows differ (0 -> 3)\n  + `);

  expect(await replay(...into, '--promote')).toMatchObject({ code: 2, errors: expect.stringContaining('--yes') as string });
  expect(await replay(...into, '--promote', '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('3 windows are') as string });
  expect(await database.candles(BTC)).toEqual(of(BTC).flatMap(rowsOf));
  // what stood lies in the shadow, and a better telling is never given up for it
  const better = madeTelling({ productId: BTC, day: DAYS[0]!, telling: `${PREFIX} better`, collectedAt: '2024-01-01T00:00:00Z' });
  await new LoaderByHand('topic', database.pool(), bucket, PREFIX).deliver({ telling: better });
  expect(json(await replay(...into, '--promote', '--yes', '--drop', '--json'))).toMatchObject({
    promoted: { kept: [`candles/60/${BTC}/${DAYS[0]}`], promoted: [`candles/60/${BTC}/${DAYS[1]}`, `candles/60/${BTC}/${DAYS[2]}`] },
    dropped: true,
  });
  expect((await database.candles(BTC)).slice(0, 3)).toEqual(rowsOf(better));
  expect(await replay(...into, '--compare')).toMatchObject({ code: 2, errors: expect.stringContaining('no schema') as string });
});

it('never loads what is withdrawn, and notes that it is', async () => {
  const [, telling] = of(ETH) as [MadeTelling, MadeTelling];
  const key = (await sealed(telling, bucket, PREFIX)).value;
  const { archive } = JSON.parse(String(key)) as { archive: { key: string } };
  const marker = Buffer.from(String(revokedEvent(telling).value));
  await bucket.put(revokedMarkerKey(archive.key), marker);
  const into = ['--from-archives', '--products', ETH, '--store', 'rds'];
  expect(json(await replay(...into, '--schema', 'shadow_b', '--json'))).toMatchObject({
    replay: { outcomes: { revoked: 1, replaced: 2 }, refused: [] },
  });
  expect(await database.sql('SELECT window_id FROM shadow_b.revocations')).toEqual([{ window_id: `candles/60/${ETH}/${DAYS[1]}` }]);
  await replay(...into);
  expect(await database.candles(ETH)).toEqual([of(ETH)[0]!, of(ETH)[2]!].flatMap(rowsOf));
  await bucket.delete([revokedMarkerKey(archive.key)]);
});

it('a broken archive is told, and the rest is loaded', async () => {
  const { facts } = of(ETH)[0]!;
  const listed: string[] = [];
  for await (const { key } of bucket.list(`${PREFIX}/candles/granularity=60/product=${ETH}/dt=2023-12-01/`)) listed.push(key);
  const whole = await bucket.get(listed[0]!);
  await bucket.put(listed[0]!, whole.subarray(0, whole.length - 10));
  const { code, out } = await replay('--from-archives', '--products', ETH, '--store', 'rds', '--schema', 'shadow_c', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    replay: { read: 2, outcomes: { replaced: 2 }, refused: [{ what: listed[0]!, reason: 'archive-corrupt' }] },
  });
  expect(facts.window.productId).toBe(ETH);
  await bucket.put(listed[0]!, whole);
});

it('a schema of somebody else is left alone', async () => {
  await database.pool().query('CREATE SCHEMA theirs');
  expect(await replay('--from-archives', '--store', 'rds', '--schema', 'theirs')).toMatchObject({
    code: 2,
    errors: expect.stringContaining('no replay made') as string,
  });
});
