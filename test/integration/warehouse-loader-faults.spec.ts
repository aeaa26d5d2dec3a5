import { gunzipSync, gzipSync } from 'node:zlib';
import type { ControlEvent } from '@elias/contracts';
import { RedshiftData } from '@elias/redshift';
import type { BatchResult, CallOptions } from '@elias/redshift';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { alteredObjects } from '../support/altered-objects.js';
import { until } from '../support/service-process.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create();
});
afterEach(() => scene.disarm());
afterAll(() => scene?.close());

const linesOf = ({ csv }: MadeTelling): string[] => csv.toString().trimEnd().split('\n').slice(1);
const answers = (told: readonly ControlEvent[]): string[] =>
  told.map(({ type, data }) =>
    type === 'warehouse.loaded' ? `loaded ${data.outcome}` : type === 'warehouse.failed' ? `failed ${data.reason}` : type,
  );

async function expectLoaded(...tellings: MadeTelling[]): Promise<void> {
  for (const telling of tellings) expect(await scene.candleLines(telling.facts.window.productId)).toEqual(linesOf(telling));
}

/** Remembers the tokens that were sent and the statements that they gave. */
class WatchedData extends RedshiftData {
  readonly sent: { token: string; id: string | null }[] = [];
  constructor() {
    super({ region: 'us-east-1', target: { database: 'dev', workgroup: 'elias' }, endpoint: scene.endpoint });
  }
  override async batch(sqls: readonly string[], options: CallOptions = {}): Promise<BatchResult> {
    const sent: { token: string; id: string | null } = { token: options.clientToken ?? '', id: null };
    this.sent.push(sent);
    const result = await super.batch(sqls, options);
    sent.id = result.id;
    return result;
  }
}

describe('Redshift in trouble', () => {
  it.each([
    { kind: 'serializable', times: 2, match: 'LOCK market.load_ledger', at: 'commit' as const },
    { kind: 'serializable', times: 1, match: 'INSERT INTO market.candles' },
    { kind: 'dropped_table', times: 2, match: 'LOCK market.load_ledger', at: 'commit' as const },
    { kind: 'aborted', times: 1, match: 'staged_rows' },
  ])('$kind: waits and loads with the next attempt', async (fault) => {
    const data = new WatchedData();
    const loader = scene.loader({ data });
    const telling = madeTelling({
      productId: 'AA-USD',
      telling: `${fault.kind} ${fault.match}`,
      collectedAt: `2023-12-02T00:${10 + loaderNumber()}:00Z`,
    });
    await scene.arm(fault);
    expect(answers(await loader.deliver({ telling }))).toEqual(['loaded replaced']);
    await expectLoaded(telling);
    expect(loader.putAside).toEqual([]);
    expect(new Set(data.sent.map(({ token }) => token)).size).toBe(fault.times + 1);
  });

  it.each(['active_statements_exceeded', 'throttle', 'active_sessions_exceeded', 'request_lost', 'internal_error', 'database_connection'])(
    '%s: sends the same token until it is taken',
    async (kind) => {
      const data = new WatchedData();
      const loader = scene.loader({ data });
      const telling = madeTelling({ productId: 'AB-USD', telling: kind, collectedAt: `2023-12-02T00:${10 + loaderNumber()}:00Z` });
      await scene.arm({ kind, times: 5, operation: 'BatchExecuteStatement' });
      expect(answers(await loader.deliver({ telling }))).toEqual(['loaded replaced']);
      await expectLoaded(telling);
      expect(new Set(data.sent.map(({ token }) => token)).size).toBe(1);
    },
  );

  it.each(['reply_lost', 'fail_after_commit_reply_lost'])('%s: finds its own load again, and loads nothing twice', async (kind) => {
    const data = new WatchedData();
    const loader = scene.loader({ data });
    const telling = madeTelling({ productId: 'AC-USD', telling: kind, collectedAt: `2023-12-02T00:${10 + loaderNumber()}:00Z` });
    await scene.arm({ kind, times: 4, operation: 'BatchExecuteStatement' });
    expect(answers(await loader.deliver({ telling }))).toEqual(['loaded replaced']);
    await expectLoaded(telling);
    expect(new Set(data.sent.map(({ token }) => token)).size).toBe(1);
  });

  it('a loader that begins again after a failure goes through the failed tokens to the one that is due', async () => {
    const telling = madeTelling({ productId: 'AD-USD', telling: 'begun again' });
    const first = new WatchedData();
    await scene.arm({ kind: 'serializable', times: 2, match: 'LOCK market.load_ledger', at: 'commit' });
    await scene.loader({ data: first }).deliver({ telling });
    const second = new WatchedData();
    expect(answers(await scene.loader({ data: second }).deliver({ telling }))).toEqual(['loaded replaced']);
    expect(second.sent.map(({ token }) => token)).toEqual(first.sent.map(({ token }) => token));
    expect(second.sent.at(-1)!.id).toBe(first.sent.at(-1)!.id);
    await expectLoaded(telling);
  });

  it('what is nobody’s fault is tried again, and nothing is put aside', async () => {
    const loader = scene.loader();
    const telling = madeTelling({ productId: 'AE-USD', telling: 'no rights' });
    await scene.arm({ kind: 'sql_error', times: 1_000, match: '^LOCK', message: 'permission denied for relation load_ledger' });
    await loader.hand({ telling });
    await until(
      () => loader.loop.trouble?.includes('permission denied for relation load_ledger') === true,
      10_000,
      () => `no trouble: ${loader.loop.trouble}`,
    );
    expect(loader.told).toEqual([]);
    await scene.disarm();
    await loader.settled();
    expect(answers(loader.told)).toEqual(['loaded replaced']);
    await expectLoaded(telling);
    expect(loader.putAside).toEqual([]);
  });

  it('a COPY that S3 refuses for a while is halved, then tried again', async () => {
    const loader = scene.loader();
    const tellings = ['AF-USD', 'AG-USD'].map((productId) => madeTelling({ productId, telling: 'no access' }));
    await scene.arm({ kind: 's3_access_denied', times: 3, match: 'COPY staged_rows' });
    expect(answers(await loader.deliver(...tellings.map((telling) => ({ telling }))))).toEqual(['loaded replaced', 'loaded replaced']);
    await expectLoaded(...tellings);
    expect(loader.putAside).toEqual([]);
  });
});

describe('archives that are bad', () => {
  const good = (telling: string): MadeTelling =>
    madeTelling({ productId: 'BA-USD', telling, collectedAt: `2023-12-02T00:${10 + loaderNumber()}:00Z` });

  it('are refused with key and reason, and the rest of their batch is loaded', async () => {
    const loader = scene.loader();
    const sound = good('beside bad ones');
    const bad = await Promise.all(
      ['BB-USD', 'BC-USD', 'BD-USD', 'BE-USD'].map((productId) => scene.seal(madeTelling({ productId, telling: 'bad' }))),
    );
    const [corrupt, cut, gone, elsewhere] = bad as [(typeof bad)[0], (typeof bad)[0], (typeof bad)[0], (typeof bad)[0]];
    const zip = await scene.objects.get(corrupt.archive.key);
    zip[Math.floor(zip.length / 3)]! ^= 0x55;
    await scene.objects.put(corrupt.archive.key, zip);
    await scene.objects.put(cut.archive.key, (await scene.objects.get(cut.archive.key)).subarray(0, 200));
    await scene.objects.delete([gone.archive.key]);
    elsewhere.archive.bucket = 'another-bucket';
    const told = await loader.deliver({ telling: sound }, ...bad.map((sealed) => ({ sealed })));
    const failed = told.flatMap(({ type, data }) => (type === 'warehouse.failed' ? [data] : []));
    expect(failed.map(({ archive, reason, request_id }) => [archive?.key, reason, request_id])).toEqual([
      [corrupt.archive.key, 'wrong-hash', corrupt.request_id],
      [cut.archive.key, 'wrong-hash', cut.request_id],
      [gone.archive.key, 'archive-missing', gone.request_id],
      [elsewhere.archive.key, 'archive-elsewhere', elsewhere.request_id],
    ]);
    expect(loader.putAside.map(({ key }) => key)).toEqual(bad.map(({ archive }) => archive.key));
    await expectLoaded(sound);
    for (const productId of ['BB-USD', 'BC-USD', 'BD-USD', 'BE-USD']) {
      expect(await scene.candleLines(productId)).toEqual([]);
      expect(await scene.ledgerRow(`candles/60/${productId}/2023-12-01`)).toBeUndefined();
    }
  });

  it('leave their window to the next best one of the batch', async () => {
    const loader = scene.loader();
    const productId = 'BF-USD';
    const better = await scene.seal(madeTelling({ productId, telling: 'better', collectedAt: '2023-12-05T00:00:00Z' }));
    await scene.objects.delete([better.archive.key]);
    const worse = madeTelling({ productId, telling: 'worse' });
    expect(answers(await loader.deliver({ sealed: better }, { telling: worse })).sort()).toEqual([
      'failed archive-missing',
      'loaded replaced',
    ]);
    await expectLoaded(worse);
  });

  it('whose rows are wrong though their hash is right are refused before Redshift sees them', async () => {
    const loader = scene.loader();
    const doubled = madeTelling({ productId: 'BG-USD', telling: 'doubled', alter: (csv) => csv.replace(/(BG-USD.*\n)/, '$1$1') });
    const told = await loader.deliver({ telling: doubled });
    expect(answers(told)).toEqual(['failed wrong-rows']);
    expect(await scene.candleLines('BG-USD')).toEqual([]);
  });
});

describe('files that COPY does not take', () => {
  it('are read back: the event names file, line, column and reason, and the rest is loaded', async () => {
    const objects = alteredObjects(scene.objects, (key, body) =>
      key.includes('_loads/') && key.includes('CB-USD')
        ? gzipSync(
            gunzipSync(body)
              .toString()
              .replace(/(\n.*\n[^,]*,60,[^,]*,)[^,]*/, '$1many'),
          )
        : body,
    );
    const before = new Set(await scene.keys('_loads/'));
    const loader = scene.loader({ objects });
    const [first, bad, last] = ['CA-USD', 'CB-USD', 'CC-USD'].map((productId) =>
      madeTelling({ productId, telling: 'with a bad file' }),
    ) as [MadeTelling, MadeTelling, MadeTelling];
    const told = await loader.deliver({ telling: first }, { telling: bad }, { telling: last });
    expect(answers(told).sort()).toEqual(['failed refused-by-store', 'loaded replaced', 'loaded replaced']);
    const failed = told.find(({ type }) => type === 'warehouse.failed');
    expect(failed?.data).toMatchObject({
      window_id: 'candles/60/CB-USD/2023-12-01',
      load_error: { file: expect.stringMatching(/_loads\/[0-9a-f]{32}\/CB-USD_60_2023-12-01_.*\.csv\.gz$/), line: 3, column: 'open' },
    });
    expect((failed?.data as { load_error: { reason: string } }).load_error.reason).toMatch(/Invalid digit|numeric/i);
    expect(loader.putAside.map(({ reason }) => reason)).toEqual(['refused-by-store']);
    await expectLoaded(first, last);
    expect(await scene.candleLines('CB-USD')).toEqual([]);
    await until(
      async () => (await scene.keys('_loads/')).every((key) => before.has(key)),
      30_000,
      () => 'staged files were left',
    );
  });

  it('are found by halving where Redshift names none', async () => {
    const objects = alteredObjects(scene.objects, (key, body) =>
      key.includes('_loads/') && key.includes('DE-USD') ? body.subarray(0, body.length - 40) : body,
    );
    const loader = scene.loader({ objects });
    const tellings = ['DA-USD', 'DB-USD', 'DC-USD', 'DD-USD', 'DE-USD', 'DF-USD', 'DG-USD'].map((productId) =>
      madeTelling({ productId, telling: 'one is cut' }),
    );
    const told = await loader.deliver(...tellings.map((telling) => ({ telling })));
    const failed = told.flatMap(({ type, data }) => (type === 'warehouse.failed' ? [data] : []));
    expect(failed.map(({ window_id, reason, load_error }) => [window_id, reason, load_error])).toEqual([
      ['candles/60/DE-USD/2023-12-01', 'refused-by-store', null],
    ]);
    expect(failed[0]!.detail).toMatch(/GZIP/i);
    expect(answers(told).filter((answer) => answer === 'loaded replaced')).toHaveLength(6);
    await expectLoaded(...tellings.filter(({ facts }) => facts.window.productId !== 'DE-USD'));
  });

  it('are staged again where they are gone', async () => {
    let deleted = 0;
    const objects = alteredObjects(scene.objects, async (key, body) => {
      if (!key.endsWith('manifest.json') || deleted > 0) return body;
      const staged = (await scene.keys('_loads/')).filter((name) => name.endsWith('.csv.gz'));
      deleted = staged.length;
      await scene.objects.delete(staged.map((name) => `${scene.prefix}/${name}`));
      return body;
    });
    const loader = scene.loader({ objects });
    const tellings = ['EA-USD', 'EB-USD'].map((productId) => madeTelling({ productId, telling: 'swept away' }));
    expect(answers(await loader.deliver(...tellings.map((telling) => ({ telling }))))).toEqual(['loaded replaced', 'loaded replaced']);
    expect(deleted).toBe(2);
    await expectLoaded(...tellings);
  });

  it('with fewer rows than told leave their window as it was', async () => {
    const before = madeTelling({ productId: 'FA-USD', telling: 'before' });
    await scene.loader().deliver({ telling: before });
    const objects = alteredObjects(scene.objects, (key, body) =>
      key.includes('_loads/') && key.includes('FA-USD')
        ? gzipSync(
            gunzipSync(body)
              .toString()
              .replace(/[^\n]*\n$/, ''),
          )
        : body,
    );
    const loader = scene.loader({ objects });
    const short = madeTelling({ productId: 'FA-USD', telling: 'short', collectedAt: '2023-12-05T00:00:00Z' });
    const beside = madeTelling({ productId: 'FB-USD', telling: 'beside short' });
    expect(answers(await loader.deliver({ telling: short }, { telling: beside })).sort()).toEqual([
      'failed rows-missing',
      'loaded replaced',
    ]);
    await expectLoaded(before, beside);
  });
});

let number = 0;
/** Minutes that rise, so that each telling is better than those before. */
function loaderNumber(): number {
  number += 1;
  return number;
}
