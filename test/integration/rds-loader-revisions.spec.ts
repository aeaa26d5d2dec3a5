import { randomBytes } from 'node:crypto';
import { archiveKey } from '@elias/archive';
import { bestRevision } from '@elias/market-data';
import fc from 'fast-check';
import { LoaderDatabase, rowsOf } from '../support/loader-database.js';
import type { Delivery } from '../support/loader-sources.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling, WantedTelling } from '../support/made-telling.js';

const SOURCES = ['topic', 'archive'] as const;
const PREFIX = `test/${randomBytes(5).toString('hex')}`;
const bucket = testBucket();
let database: LoaderDatabase;
let products = 0;

beforeAll(async () => {
  database = await LoaderDatabase.create();
  await bucket.ensureBucket();
});
afterAll(async () => {
  const keys: string[] = [];
  for await (const { key } of bucket.list(`${PREFIX}/`)) keys.push(key);
  await bucket.delete(keys);
  bucket.close();
  await database.drop();
});

/** A product that no test had before. */
function newProduct(): string {
  products += 1;
  return `P${products}-USD`;
}

/** The ledger's row of a telling that is loaded. */
function ledgerOf({ facts }: MadeTelling): object {
  return {
    unknown_periods: facts.revision.unknown,
    collection_id: facts.revision.collectionId,
    collected_at: new Date(facts.revision.collectedAtMs),
    no_trade_periods: facts.coverage.noTrade,
    csv_sha256: facts.csvSha256,
    row_count: facts.rowCount,
    archive_key: archiveKey(PREFIX, facts.window, facts.revision, facts.csvSha256),
    state: 'loaded',
  };
}

const times = ['2023-12-02T00:15:00Z', '2023-12-03T00:15:00Z', '2023-12-09T00:15:00Z'] as const;

describe.each(SOURCES)('from %s', (source) => {
  const loaderOf = (): LoaderByHand => new LoaderByHand(source, database.pool(1), bucket, PREFIX);

  it('whatever the order, the grouping and the doubles: the best telling that is not withdrawn is what is loaded', async () => {
    const loader = loaderOf();
    const wanted = fc.record({
      collectedAt: fc.constantFrom(...times),
      content: fc.constantFrom('x', 'y', 'z'),
      unknown: fc.constantFrom([], [7], [7, 8]),
      minutes: fc.constantFrom([0, 1, 3], [0, 3], []),
    });
    const scenario = fc.array(wanted, { minLength: 1, maxLength: 4 }).chain((tellings) =>
      fc.record({
        tellings: fc.constant(tellings),
        early: fc.array(fc.array(fc.nat(tellings.length - 1), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        withdrawn: fc.subarray([...tellings.keys()]),
        withdrawnAfter: fc.nat(5),
        last: fc.shuffledSubarray([...tellings.keys()], { minLength: tellings.length }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(scenario, async ({ tellings, early, withdrawn, withdrawnAfter, last }) => {
        const productId = newProduct();
        const made = tellings.map((each, i) => madeTelling({ productId, telling: `${productId} ${i}`, ...each }));
        const withdrawals = withdrawn.map((i): Delivery => ({ withdraw: made[i]! }));
        const steps = early.map((group) => group.map((i): Delivery => ({ telling: made[i]! })));
        steps.splice(Math.min(withdrawnAfter, steps.length), 0, withdrawals);
        // Everything comes once more at the end, as the topic has each window's best one and the orchestrator publishes it again.
        for (const step of [...steps, ...last.map((i): Delivery[] => [{ telling: made[i]! }])]) {
          if (step.length > 0) await loader.deliver(...step);
        }
        const left = made.filter((_, i) => !withdrawn.includes(i));
        const best = bestRevision(left.map((telling) => ({ ...telling.facts.revision, telling })))?.telling;
        const ledger = await database.ledger(productId);
        expect(await database.candles(productId)).toEqual(best === undefined ? [] : rowsOf(best));
        if (best === undefined) expect(ledger).toMatchObject([{ state: 'revoked', row_count: 0, csv_sha256: '', archive_key: '' }]);
        else expect(ledger).toMatchObject([ledgerOf(best)]);
        expect(loader.deadLetters).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('A, then B, then A’s content again ends in A; equal content moves the ledger alone', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    const tell = (telling: string, content: string, collectedAt: string): MadeTelling =>
      madeTelling({ productId, telling, content, collectedAt });
    const [first, second, third] = [tell('1', 'A', times[0]), tell('2', 'B', times[1]), tell('3', 'A', times[2])];
    for (const telling of [first, second, third, second, first]) await loader.deliver({ telling });
    expect(await database.candles(productId)).toEqual(rowsOf(first));
    expect(await database.ledger(productId)).toMatchObject([ledgerOf(third)]);
    const again = tell('4', 'A', '2024-01-01T00:00:00Z');
    const before = await database.sql('SELECT xmin::text FROM market.candles WHERE product_id = $1', [productId]);
    await loader.deliver({ telling: again });
    expect(await database.sql('SELECT xmin::text FROM market.candles WHERE product_id = $1', [productId])).toEqual(before);
    expect(await database.ledger(productId)).toMatchObject([ledgerOf(again)]);
    expect(loader.told.map(({ type, data }) => ('outcome' in data ? data.outcome : type))).toEqual([
      ...['replaced', 'replaced', 'replaced', 'rds.superseded', 'rds.superseded'],
      'ledger_moved',
    ]);
  });

  it('a vanished candle is gone, a new one is there, and neighbours stay as they were', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    const tell = (day: string, telling: string, minutes: number[], collectedAt = times[0] as string): MadeTelling =>
      madeTelling({ productId, day, telling: `${day} ${telling}`, content: 'same', minutes, collectedAt });
    const [before, after] = [tell('2023-11-30', 'a', [0, 1_439]), tell('2023-12-02', 'a', [0, 1_439])];
    const window = tell('2023-12-01', 'a', [0, 5, 1_439]);
    await loader.deliver(...[before, window, after].map((telling) => ({ telling })));
    const changed = tell('2023-12-01', 'b', [0, 6, 1_439], times[1]);
    await loader.deliver({ telling: changed });
    expect(await database.candles(productId)).toEqual([before, changed, after].flatMap(rowsOf));
  });

  it('a window without a trade is loaded too, and empties what was there', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    await loader.deliver({ telling: madeTelling({ productId, telling: 'some' }) });
    const none = madeTelling({ productId, telling: 'none', minutes: [], collectedAt: times[1] });
    await loader.deliver({ telling: none });
    expect(await database.candles(productId)).toEqual([]);
    expect(await database.ledger(productId)).toMatchObject([ledgerOf(none)]);
    const alone = newProduct();
    await loader.deliver({ telling: madeTelling({ productId: alone, telling: 'alone', minutes: [] }) });
    expect(await database.ledger(alone)).toMatchObject([{ row_count: 0, state: 'loaded' }]);
  });

  it('a window with a doubled key is refused, the rest of its batch is loaded', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    const tell = (day: string, parts: Partial<WantedTelling> = {}): MadeTelling => madeTelling({ productId, day, telling: day, ...parts });
    const double = (csv: string): string => csv.replace(/(\n[^\n]+\n)$/, '$1$1').replace(/\n\n/, '\n');
    const [good, bad, fine] = [tell('2023-12-01'), tell('2023-12-02', { alter: double }), tell('2023-12-03')];
    await loader.deliver(...[good, bad, fine].map((telling) => ({ telling })));
    expect(await database.candles(productId)).toEqual([good, fine].flatMap(rowsOf));
    expect(loader.deadLetters).toMatchObject([{ reason: 'wrong-rows' }]);
    const failed = loader.told.filter(({ type }) => type === 'rds.failed');
    expect(failed).toMatchObject([
      { data: { window_id: `candles/60/${productId}/2023-12-02`, reason: 'wrong-rows', request_id: bad.facts.requestId, source } },
    ]);
    expect(failed[0]!.data).toMatchObject({ detail: expect.stringMatching(/line 5 does not rise/) as string });
  });

  it('withdrawn before it came, it is never loaded, and says so', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    const telling = madeTelling({ productId, telling: 'withdrawn' });
    await loader.deliver({ withdraw: telling });
    await loader.deliver({ telling });
    expect(await database.candles(productId)).toEqual([]);
    expect(await database.ledger(productId)).toMatchObject([{ state: 'revoked', row_count: 0 }]);
    expect(loader.told).toMatchObject([{ type: 'rds.failed', data: { reason: 'revoked' } }]);
    expect(
      await database.sql('SELECT collection_id, reason FROM market.revocations WHERE window_id LIKE $1', [`%/${productId}/%`]),
    ).toEqual([{ collection_id: telling.facts.revision.collectionId, reason: 'withdrawn by a test' }]);
  });

  it('rows that nobody accounted for do not stand in the way', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    await database.sql(
      `INSERT INTO market.candles SELECT $1, 60, '2023-12-01T00:00:00Z'::timestamptz + n * interval '1 minute', 1, 1, 1, 1, 1 FROM generate_series(0, 9) AS n`,
      [productId],
    );
    const [stray, other] = [madeTelling({ productId, telling: 'a' }), madeTelling({ productId, day: '2023-12-02', telling: 'b' })];
    await loader.deliver({ telling: stray }, { telling: other });
    expect(await database.candles(productId)).toEqual([stray, other].flatMap(rowsOf));
    expect(loader.deadLetters).toEqual([]);
  });

  it('a row that the table refuses costs its window alone, and the failure names line and reason', async () => {
    const [productId, loader] = [newProduct(), loaderOf()];
    const tell = (day: string): MadeTelling => madeTelling({ productId, day, telling: `${productId} ${day}` });
    const windows = ['2023-12-01', '2023-12-02', '2023-12-03'].map(tell);
    const unwanted = rowsOf(windows[1]!)[2]!['open'];
    await database.sql(
      `ALTER TABLE market.candles ADD CONSTRAINT unwanted CHECK (product_id <> '${productId}' OR open <> ${String(unwanted)})`,
    );
    try {
      await loader.deliver(...windows.map((telling) => ({ telling })));
    } finally {
      await database.sql('ALTER TABLE market.candles DROP CONSTRAINT unwanted');
    }
    expect(await database.candles(productId)).toEqual([windows[0]!, windows[2]!].flatMap(rowsOf));
    expect(loader.deadLetters).toMatchObject([{ reason: 'refused-by-store' }]);
    const [failed] = loader.told.filter(({ type }) => type === 'rds.failed');
    expect(failed!.data).toMatchObject({
      window_id: `candles/60/${productId}/2023-12-02`,
      reason: 'refused-by-store',
      load_error: { line: 4, reason: expect.stringMatching(/violates check constraint "unwanted"/) as string },
    });
    await loader.deliver({ telling: windows[1]! });
    expect(await database.candles(productId)).toEqual(windows.flatMap(rowsOf));
  });
});

it('topic and archives give the same tables, row by row, ledger included', async () => {
  const other = await LoaderDatabase.create();
  try {
    const productId = newProduct();
    const random = fc
      .sample(
        fc.record({
          day: fc.constantFrom('2023-12-01', '2023-12-02', '2023-12-03', '2023-12-04'),
          content: fc.constantFrom('x', 'y'),
          collectedAt: fc.constantFrom(...times),
          minutes: fc.uniqueArray(fc.nat(1_439), { minLength: 10, maxLength: 50 }).map((minutes) => minutes.sort((a, b) => a - b)),
          unknown: fc.constantFrom([], [600, 601, 700]),
        }),
        { numRuns: 30, seed: 7 },
      )
      .map((wanted, i) =>
        madeTelling({
          productId,
          telling: `${productId} ${i}`,
          ...wanted,
          unknown: wanted.unknown.filter((m) => !wanted.minutes.includes(m)),
        }),
      );
    const deliveries = random.flatMap((telling, i): Delivery[] =>
      i % 5 === 4 ? [{ telling }, { withdraw: random[i - 2]! }] : [{ telling }],
    );
    for (const [source, target] of [
      ['topic', database],
      ['archive', other],
    ] as const) {
      const loader = new LoaderByHand(source, target.pool(1), bucket, PREFIX);
      for (const delivery of deliveries) await loader.deliver(delivery);
    }
    expect(await other.candles(productId)).toEqual(await database.candles(productId));
    expect(await other.ledger(productId)).toEqual(await database.ledger(productId));
    expect(await other.ledger(productId)).toHaveLength(4);
    expect((await other.candles(productId)).length).toBeGreaterThan(20);
  } finally {
    await other.drop();
  }
});
