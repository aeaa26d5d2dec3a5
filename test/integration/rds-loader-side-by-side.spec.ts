import { bestRevision, windowId } from '@elias/market-data';
import { LoaderDatabase, rowsOf } from '../support/loader-database.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import type { Delivery } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';

const bucket = testBucket();
let database: LoaderDatabase;
let loaders: LoaderByHand[];

beforeAll(async () => {
  database = await LoaderDatabase.create();
  loaders = Array.from({ length: 4 }, () => new LoaderByHand('topic', database.pool(1), bucket, ''));
});
afterAll(async () => {
  bucket.close();
  await database.drop();
});

const days = ['2023-12-01', '2023-12-02', '2023-12-03'];
const at = (i: number): string => new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 19) + 'Z';

/** Tellings of each day, the later the better, with contents of their own. */
function tellings(productId: string, perDay: number): MadeTelling[] {
  return days.flatMap((day) =>
    Array.from({ length: perDay }, (_, i) =>
      madeTelling({ productId, day, telling: `${productId} ${day} ${i}`, minutes: [i, 100 + i, 200], collectedAt: at(i) }),
    ),
  );
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, place: Math.sin(seed * 1_000 + i * 97) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

async function expectBest(productId: string, offered: readonly MadeTelling[]): Promise<void> {
  const ids = [...new Set(offered.map(({ facts }) => windowId(facts.window)))].sort();
  const best = ids.map((id) => {
    const own = offered.filter(({ facts }) => windowId(facts.window) === id);
    return bestRevision(own.map((telling) => ({ ...telling.facts.revision, telling })))!.telling;
  });
  expect(await database.candles(productId)).toEqual(best.flatMap(rowsOf));
  const want = best.map(({ facts }) => ({ collection_id: facts.revision.collectionId, csv_sha256: facts.csvSha256, state: 'loaded' }));
  expect(await database.ledger(productId)).toMatchObject(want);
}

it('loaders with different tellings, all at once and on a first load, end as one would', async () => {
  for (let round = 0; round < 15; round += 1) {
    const productId = `S${round}-USD`;
    const offered = tellings(productId, loaders.length);
    await Promise.all(
      loaders.map((loader, i) => {
        const own = shuffled(
          offered.filter((_, n) => n % loaders.length === i || n % 3 === 0),
          round * 10 + i,
        );
        return loader.deliver(...own.map((telling) => ({ telling })));
      }),
    );
    await expectBest(productId, offered);
  }
  expect(loaders.flatMap(({ deadLetters }) => deadLetters)).toEqual([]);
});

it('every offer is answered, and what is told of the last state is true', async () => {
  for (let round = 0; round < 10; round += 1) {
    const productId = `T${round}-USD`;
    const offered = tellings(productId, loaders.length);
    for (const loader of loaders) loader.told.length = 0;
    await Promise.all(
      loaders.map((loader, i) => loader.deliver(...offered.filter((_, n) => n % loaders.length === i).map((telling) => ({ telling })))),
    );
    const told = loaders.flatMap((loader) => loader.told);
    expect(told).toHaveLength(offered.length);
    const ids = offered.map(({ facts }) => facts.revision.collectionId).sort();
    expect(told.map(({ data }) => ('revision' in data ? data.revision?.collection_id : '')).sort()).toEqual(ids);
    for (const row of await database.ledger(productId)) {
      expect(told).toContainEqual(
        expect.objectContaining({
          type: 'rds.loaded',
          data: expect.objectContaining({ csv_sha256: row['csv_sha256'], outcome: 'replaced' }) as object,
        }),
      );
    }
  }
});

it('a withdrawal beside the load of what it withdraws always wins', async () => {
  for (let round = 0; round < 30; round += 1) {
    const productId = `W${round}-USD`;
    const [a, b] = [0, 1].map((i) => madeTelling({ productId, telling: `${productId} ${i}`, collectedAt: at(i) }));
    const first: Delivery[] = round % 2 === 0 ? [] : [{ telling: a! }];
    if (first.length > 0) await loaders[0]!.deliver(...first);
    await Promise.all([loaders[0]!.deliver({ telling: b! }), loaders[1]!.deliver({ withdraw: b! }), loaders[2]!.deliver({ telling: b! })]);
    const [ledger] = await database.ledger(productId);
    const standsOn = ledger!['collection_id'] === a!.facts.revision.collectionId ? rowsOf(a!) : [];
    expect(ledger!['collection_id']).not.toBe(b!.facts.revision.collectionId);
    expect(await database.candles(productId)).toEqual(standsOn);
    await loaders[3]!.deliver({ telling: a! }, { telling: b! });
    expect(await database.candles(productId)).toEqual(rowsOf(a!));
  }
});

it('connections that are cut in the middle lose nothing and double nothing', async () => {
  const productId = 'CUT-USD';
  const offered = Array.from({ length: 120 }, (_, i) =>
    madeTelling({
      productId,
      day: new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10),
      telling: `${productId} ${i}`,
      minutes: Array.from({ length: 300 }, (_unused, minute) => minute),
    }),
  );
  const [loader] = loaders;
  let failures = 0;
  let loading = true;
  const cutting = (async () => {
    while (loading) {
      await database.cutConnections();
      // ever more seldom, so that it ends on a machine that is slow
      await new Promise((resolve) => setTimeout(resolve, 15 + 2 * failures));
    }
  })();
  try {
    for (let i = 0; i < offered.length; i += 10) await deliverStubbornly(loader!, offered.slice(i, i + 10), () => (failures += 1));
  } finally {
    loading = false;
    await cutting;
  }
  expect(failures).toBeGreaterThan(0);
  await expectBest(productId, offered);
});

/** As the consumer does: the same batch again for as long as the error says so. */
async function deliverStubbornly(loader: LoaderByHand, tellings: readonly MadeTelling[], onFailure: () => void): Promise<void> {
  for (;;) {
    try {
      return await loader.deliver(...tellings.map((telling) => ({ telling })));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ELIAS_POSTGRES_UNAVAILABLE', disposition: 'retry' });
      onFailure();
    }
  }
}
