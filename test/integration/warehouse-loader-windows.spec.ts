import { twinKey } from '@elias/archive';
import type { ControlEvent } from '@elias/contracts';
import { formatRanges, revisionToWire } from '@elias/contracts';
import { windowId } from '@elias/market-data';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { until } from '../support/service-process.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create();
});
afterAll(() => scene?.close());

const linesOf = ({ csv }: MadeTelling): string[] => csv.toString().trimEnd().split('\n').slice(1);
const answers = (told: readonly ControlEvent[]): string[] =>
  told.map(({ type, data }) =>
    type === 'warehouse.loaded' ? `loaded ${data.outcome}` : type === 'warehouse.failed' ? `failed ${data.reason}` : type,
  );
const idOf = ({ facts }: MadeTelling): string => windowId(facts.window);

/** Each product holds exactly its telling, in rows, ledger and twin. */
async function expectStands(...tellings: MadeTelling[]): Promise<void> {
  const candles = await scene.candles(tellings.map(({ facts }) => facts.window.productId));
  const ledger = await scene.ledger();
  for (const telling of tellings) {
    const { window, revision, coverage, csvSha256, rowCount } = telling.facts;
    expect(candles.get(window.productId) ?? []).toEqual(linesOf(telling));
    expect(ledger.get(idOf(telling))).toMatchObject({
      unknown_periods: revision.unknown,
      open_periods: revision.open,
      collection_id: revision.collectionId,
      no_trade_periods: coverage.noTrade,
      csv_sha256: csvSha256,
      row_count: rowCount,
      unknown_ranges: formatRanges(window, coverage.unknownRanges),
      open_ranges: '',
      state: 'loaded',
    });
    expect((await scene.objects.head(twinKey(scene.prefix, window)))?.metadata).toEqual({ csv_sha256: csvSha256 });
  }
}

it('loads windows for the first time, each announced with its own request, and leaves no staged files', async () => {
  const loader = scene.loader();
  const tellings = ['AA-USD', 'AB-USD', 'AC-USD'].map((productId) =>
    madeTelling({ productId, telling: `first ${productId}`, unknown: [7, 8, 1_439] }),
  );
  const told = await loader.deliver(...tellings.map((telling) => ({ telling })));
  expect(answers(told)).toEqual(['loaded replaced', 'loaded replaced', 'loaded replaced']);
  await expectStands(...tellings);
  for (const telling of tellings) {
    const event = told.find(({ data }) => 'window' in data && data.window.id === idOf(telling));
    expect(event?.data).toMatchObject({
      request_id: telling.facts.requestId,
      row_count: telling.facts.rowCount,
      csv_sha256: telling.facts.csvSha256,
      revision: revisionToWire(telling.facts.revision),
      archive: { bucket: scene.objects.bucket },
    });
  }
  expect(new Set(told.map(({ data }) => 'batch_id' in data && data.batch_id)).size).toBe(1);
  await until(
    async () => (await scene.keys('_loads/')).length === 0,
    20_000,
    () => 'staged files were left',
  );
});

it('replaces a window whole: a vanished candle is gone, its neighbours stay', async () => {
  const loader = scene.loader();
  const productId = 'BA-USD';
  const before = madeTelling({ productId, telling: 'before', minutes: [0, 1, 2, 3], collectedAt: '2023-12-02T00:15:00Z' });
  const after = madeTelling({ productId, telling: 'after', minutes: [0, 2, 5], collectedAt: '2023-12-03T00:15:00Z' });
  const nextDay = madeTelling({ productId, day: '2023-12-02', telling: 'next day', minutes: [0, 1] });
  await loader.deliver({ telling: before }, { telling: nextDay });
  expect(answers(await loader.deliver({ telling: after }))).toEqual(['loaded replaced']);
  expect(await scene.candleLines(productId)).toEqual([...linesOf(after), ...linesOf(nextDay)]);
});

it('moves the ledger only when the content is the same', async () => {
  const loader = scene.loader();
  const productId = 'CA-USD';
  const first = madeTelling({ productId, telling: 'one', content: 'same', collectedAt: '2023-12-02T00:15:00Z' });
  const again = madeTelling({ productId, telling: 'two', content: 'same', collectedAt: '2023-12-03T00:15:00Z' });
  await loader.deliver({ telling: first });
  const twin = await scene.objects.head(twinKey(scene.prefix, first.facts.window));
  const rowVersions = (): Promise<unknown> =>
    scene.database.admin.query(`SELECT xmin::text FROM market.candles WHERE product_id = '${productId}'`).then(({ rows }) => rows);
  const versions = await rowVersions();
  expect(answers(await loader.deliver({ telling: again }))).toEqual(['loaded ledger_moved']);
  await expectStands(again);
  expect(await rowVersions()).toEqual(versions);
  expect(await scene.objects.head(twinKey(scene.prefix, first.facts.window))).toEqual(twin);
});

it('ends in A after A, B, A', async () => {
  const loader = scene.loader();
  const productId = 'DA-USD';
  const told = [
    madeTelling({ productId, telling: 'a', content: 'A', minutes: [0, 1], collectedAt: '2023-12-02T00:15:00Z' }),
    madeTelling({ productId, telling: 'b', content: 'B', minutes: [1, 2], collectedAt: '2023-12-03T00:15:00Z' }),
    madeTelling({ productId, telling: 'a again', content: 'A', minutes: [0, 1], collectedAt: '2023-12-08T00:15:00Z' }),
  ];
  for (const telling of told) {
    expect(answers(await loader.deliver({ telling }))).toEqual(['loaded replaced']);
    await expectStands(telling);
  }
});

it('loads a window without a single candle, and replaces one by it', async () => {
  const loader = scene.loader();
  const productId = 'EA-USD';
  const full = madeTelling({ productId, telling: 'some', collectedAt: '2023-12-02T00:15:00Z' });
  const empty = madeTelling({ productId, telling: 'none', minutes: [], collectedAt: '2023-12-03T00:15:00Z' });
  await loader.deliver({ telling: full });
  expect(answers(await loader.deliver({ telling: empty }))).toEqual(['loaded replaced']);
  await expectStands(empty);
});

describe('revisions in any order', () => {
  const tellings = (productId: string): MadeTelling[] => [
    madeTelling({ productId, telling: `${productId} early, partial`, minutes: [0], unknown: [1, 2], collectedAt: '2023-12-02T00:15:00Z' }),
    madeTelling({ productId, telling: `${productId} whole`, minutes: [0, 1], collectedAt: '2023-12-02T00:20:00Z' }),
    madeTelling({
      productId,
      telling: `${productId} latest, partial`,
      minutes: [0, 1, 2],
      unknown: [9],
      collectedAt: '2023-12-09T00:15:00Z',
    }),
    madeTelling({ productId, telling: `${productId} later, whole`, minutes: [0, 2], collectedAt: '2023-12-03T00:15:00Z' }),
  ];
  const orders = permutations([0, 1, 2, 3]);

  it('end in the best one, and each is answered', async () => {
    const loader = scene.loader();
    const products = orders.map((_, at) => `R${String.fromCharCode(65 + at)}-USD`);
    const byProduct = products.map(tellings);
    // one batch per step, holding every product's next telling
    for (const step of [0, 1, 2, 3]) {
      await loader.deliver(...orders.map((order, at) => ({ telling: byProduct[at]![order[step]!]! })));
    }
    await expectStands(...byProduct.map((all) => all[3]!));
    for (const [at, order] of orders.entries()) {
      const mine = loader.told.filter(({ data }) => 'window' in data && data.window.product_id === products[at]);
      const loaded = order.filter((one, step) => order.slice(0, step).every((earlier) => rank(earlier) < rank(one))).length;
      expect(answers(mine).filter((answer) => answer === 'loaded replaced')).toHaveLength(loaded);
      expect(answers(mine).filter((answer) => answer === 'warehouse.superseded')).toHaveLength(4 - loaded);
    }
  });

  it('in one batch too', async () => {
    const loader = scene.loader();
    const all = tellings('SA-USD');
    const told = await loader.deliver(...all.map((telling) => ({ telling })));
    await expectStands(all[3]!);
    expect(answers(told).sort()).toEqual(['loaded replaced', 'warehouse.superseded', 'warehouse.superseded', 'warehouse.superseded']);
    const superseded = told.find(({ type }) => type === 'warehouse.superseded');
    expect(superseded?.data).toMatchObject({ by: revisionToWire(all[3]!.facts.revision) });
  });

  it('told twice are answered twice and loaded once; the same load again is the same answer', async () => {
    const loader = scene.loader();
    const telling = madeTelling({ productId: 'SB-USD', telling: 'twice' });
    expect(answers(await loader.deliver({ telling }, { telling }))).toEqual(['loaded replaced', 'loaded replaced']);
    expect(answers(await loader.deliver({ telling }))).toEqual(['loaded replaced']);
    const other = madeTelling({ productId: 'SC-USD', telling: 'beside' });
    expect(answers(await loader.deliver({ telling }, { telling: other })).sort()).toEqual(['loaded replaced', 'loaded unchanged']);
    await expectStands(telling);
  });
});

describe('a withdrawn revision', () => {
  it('is gone with its rows, is never loaded again, and makes room for a worse one', async () => {
    const loader = scene.loader();
    const productId = 'TA-USD';
    const worse = madeTelling({ productId, telling: 'worse', minutes: [0], unknown: [5], collectedAt: '2023-12-02T00:15:00Z' });
    const wrong = madeTelling({ productId, telling: 'wrong', minutes: [0, 1], collectedAt: '2023-12-03T00:15:00Z' });
    await loader.deliver({ telling: wrong });
    expect(await loader.deliver({ withdraw: wrong })).toEqual([]);
    expect(await scene.candleLines(productId)).toEqual([]);
    expect(await scene.ledgerRow(idOf(wrong))).toMatchObject({ state: 'revoked', collection_id: '', row_count: 0 });
    expect(await scene.rows(`SELECT collection_id, reason FROM market.revocations WHERE window_id = '${idOf(wrong)}'`)).toEqual([
      { collection_id: wrong.facts.revision.collectionId, reason: 'wrong, "all of it"' },
    ]);
    expect(answers(await loader.deliver({ telling: wrong }))).toEqual(['failed revoked']);
    expect(await scene.candleLines(productId)).toEqual([]);
    expect(answers(await loader.deliver({ telling: worse }))).toEqual(['loaded replaced']);
    await expectStands(worse);
    expect(answers(await loader.deliver({ telling: wrong }, { withdraw: wrong }))).toEqual(['warehouse.superseded']);
    await expectStands(worse);
    expect(loader.putAside).toEqual([]);
  });

  it('is not loaded when its withdrawal comes first, or in the same batch; the next best of the batch is', async () => {
    const loader = scene.loader();
    const productId = 'TB-USD';
    const good = madeTelling({ productId, telling: 'good', minutes: [3], collectedAt: '2023-12-02T00:15:00Z' });
    const early = madeTelling({ productId, telling: 'withdrawn early', minutes: [4], collectedAt: '2023-12-03T00:15:00Z' });
    const late = madeTelling({ productId, telling: 'withdrawn late', minutes: [5], collectedAt: '2023-12-04T00:15:00Z' });
    await loader.deliver({ withdraw: early });
    const told = await loader.deliver({ telling: early }, { telling: late }, { telling: good }, { withdraw: late });
    expect(answers(told).sort()).toEqual(['loaded replaced', 'warehouse.superseded', 'warehouse.superseded']);
    await expectStands(good);
  });
});

it('keeps windows of all widths apart in one load', async () => {
  const loader = scene.loader();
  const productId = 'UA-USD';
  const days = ['2023-12-01', '2023-12-02', '2023-12-31', '2024-01-01'].map((day) =>
    madeTelling({ productId, day, telling: day, minutes: [0, 1_439] }),
  );
  await loader.deliver(...days.map((telling) => ({ telling })));
  expect(await scene.candleLines(productId)).toEqual(days.flatMap(linesOf));
});

function rank(telling: number): number {
  return [0, 2, 1, 3][telling]!;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]));
}
