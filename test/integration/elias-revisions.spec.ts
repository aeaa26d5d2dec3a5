import { Readable } from 'node:stream';
import { jest } from '@jest/globals';
import { archiveKey, sealStream } from '@elias/archive';
import type { ObjectStore } from '@elias/object-store';
import { sealed, testBucket } from '../support/loader-sources.js';
import type { MadeTelling } from '../support/made-telling.js';
import { madeTrades } from '../support/made-trades.js';
import type { MadeTrades } from '../support/made-trades.js';
import { partRecords } from '../support/published-trades.js';
import { RdsLoaderScene } from '../support/rds-loader-scene.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import { storeSettings, testStack } from '../support/stack.js';

jest.setTimeout(240_000);

const DAY = '2022-01-01';
let scene: RdsLoaderScene;
let bucket: ObjectStore;
/** the same day told three times, each later and better than the one before; the last two have the same content */
let tellings: MadeTelling[];

beforeAll(async () => {
  scene = await RdsLoaderScene.open(1);
  await scene.begin();
  bucket = testBucket();
  await bucket.ensureBucket();
  const tell = (telling: string, content: string, collectedAt: string, minutes: number[]): MadeTelling =>
    scene.tell({ day: DAY, telling: `${scene.product} ${telling}`, content, collectedAt, minutes });
  tellings = [
    tell('first', 'a', '2022-01-02T00:15:00Z', [0, 1, 3]),
    tell('second', 'b', '2022-01-03T00:15:00Z', [1, 3, 5]),
    tell('third', 'b', '2022-01-04T00:15:00Z', [1, 3, 5]),
  ];
  for (const telling of tellings) await sealed(telling, bucket, scene.prefix);
});
afterAll(async () => {
  await scene.close();
  bucket.close();
});

const window = (): string => `candles/60/${scene.product}/${DAY}`;
const idOf = ({ facts }: MadeTelling): string => facts.revision.collectionId;
const short = (telling: MadeTelling): string => idOf(telling).slice(-8);
const revisions = (...args: string[]): Promise<ToolResult> =>
  runElias(['revisions', ...args], {
    ...storeSettings(),
    KAFKA_BROKERS: testStack().kafka.brokers.join(','),
    POSTGRES_URL: scene.database.url,
    ARCHIVE_PREFIX: scene.prefix,
  });

it('lists what lies in the bucket, the best first, and shows one', async () => {
  const listed = await revisions('list', window());
  expect(listed).toMatchObject({ code: 0, errors: '' });
  expect(
    listed.out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/)[0]),
  ).toEqual([2, 1, 0].map((at) => short(tellings[at]!)));
  expect(listed.out.split('\n')[1]).toMatch(/ 3 +0 +0 +[0-9a-f]{12} +current$/);
  const { out } = await revisions('show', window(), short(tellings[0]!), '--json');
  expect(JSON.parse(out)).toMatchObject({
    revision: { collection_id: idOf(tellings[0]!), rows: 3, no_trade: 1_437, revoked: null, current: false },
  });
  expect((await revisions('list', `candles/60/${scene.product}/2021-12-31`)).out).toBe('Nothing of this window is sealed.\n');
});

it('tells rows that differ, old and new', async () => {
  const { code, out } = await revisions('diff', window(), short(tellings[0]!), short(tellings[1]!));
  expect(code).toBe(1);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, 1))).toEqual(['-', '~', '~', '+', '4']);
  expect(lines[1]).toMatch(/T00:01:00Z +.*close \S+ -> \S+/);
  expect(await revisions('diff', window(), short(tellings[1]!), short(tellings[2]!))).toMatchObject({ code: 0, out: 'The same rows.\n' });
});

it('withdraws one for ever, and the best that is left comes back', async () => {
  const [first, second, third] = tellings as [MadeTelling, MadeTelling, MadeTelling];
  scene.start();
  await scene.publish([third.record]);
  await scene.answered([third]);
  const revoke = (telling: MadeTelling): Promise<ToolResult> => revisions('revoke', window(), short(telling), '--because', 'a test');

  expect(await revoke(third)).toEqual({
    code: 0,
    out: `${short(third)} is revoked.\n${short(second)} is published again and becomes current.\n`,
    errors: '',
  });
  await scene.answered([second]);
  await scene.expectStanding([second]);
  // again is the same, and a redelivery changes nothing
  expect(await revoke(third)).toMatchObject({ code: 0 });
  await scene.publish([third.record, first.record]);
  expect(await revoke(second)).toMatchObject({ code: 0 });
  await scene.answered([first]);
  await scene.expectStanding([first]);
  expect(await revoke(first)).toMatchObject({ code: 0, out: expect.stringContaining('No other is left') as string });
  await scene.until(
    async () => (await scene.database.ledger(scene.product)).every(({ state }) => state === 'revoked'),
    () => 'the last one was not withdrawn',
  );
  const { out } = await revisions('list', window(), '--json');
  expect((JSON.parse(out) as { revisions: object[] }).revisions).toMatchObject(
    [third, second, first].map((telling) => ({ collection_id: idOf(telling), current: false, revoked: { reason: 'a test' } })),
  );
});

it('withdraws trades too, of which the best that is left is published in parts', async () => {
  const hour = `trades/${scene.product}/2022-01-01T05`;
  const tell = (telling: string, count: number, collectedAt: string): MadeTrades =>
    madeTrades({ window: hour, telling: `${scene.product} ${telling}`, count, collectedAt });
  const [first, second] = [tell('t1', 20_000, '2022-01-02T00:15:00Z'), tell('t2', 30, '2022-01-03T00:15:00Z')];
  for (const { facts, csv } of [first, second]) {
    const outcome = await sealStream(facts, { bytes: csv.length, chunks: () => Readable.from([csv]) });
    if (outcome.kind !== 'ok') throw new Error(outcome.reason);
    await bucket.put(archiveKey(scene.prefix, facts.window, facts.revision, facts.csvSha256), outcome.value.zip);
  }
  const rows = async (): Promise<number> =>
    Number((await scene.database.sql('SELECT count(*) AS n FROM market.trades WHERE product_id = $1', [scene.product]))[0]!['n']);
  const becomes = (count: number): Promise<void> =>
    scene.until(
      async () => (await rows()) === count,
      () => `the window has not ${count} rows`,
    );
  await scene.publish(partRecords(second, 1_000_000));
  await becomes(30);
  const revoke = ({ facts }: MadeTrades): Promise<ToolResult> =>
    revisions('revoke', hour, facts.revision.collectionId.slice(-8), '--because', 'a test');
  expect(await revoke(second)).toMatchObject({ code: 0, errors: '' });
  await becomes(20_000);
  expect(await revoke(first)).toMatchObject({ code: 0, out: expect.stringContaining('No other is left') as string });
  await becomes(0);
});

it('refuses what it does not know', async () => {
  expect(await revisions('list', 'candles/61/BTC-USD/2022-01-01')).toMatchObject({
    code: 2,
    errors: expect.stringContaining('name of a window') as string,
  });
  expect(await revisions('revoke', window(), '00000000', '--because', 'a test')).toMatchObject({
    code: 2,
    errors: expect.stringContaining('no archive') as string,
  });
  expect(await revisions('revoke', window(), short(tellings[0]!))).toMatchObject({
    code: 2,
    errors: expect.stringContaining('--because') as string,
  });
});
