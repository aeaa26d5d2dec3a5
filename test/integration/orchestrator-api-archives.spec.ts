import { revisionToWire, windowToWire } from '@elias/contracts';
import { archivesAnswer, downloadAnswer, revisionsAnswer } from '../../apps/orchestrator/src/pipeline/archive-answers.js';
import type { Archives } from '../../apps/orchestrator/src/pipeline/archive-answers.js';
import { ApiScene } from '../support/api-scene.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { sealedTelling } from '../support/sealed-telling.js';

const PREFIX = `api-${process.pid}`;
const days = ['2023-12-01', '2023-12-02', '2023-12-03'];
const tellings = days.map((day) => madeTelling({ productId: 'AAA-USD', day, telling: `whole ${day}` }));
const first = madeTelling({ productId: 'AAA-USD', telling: 'poor', minutes: [0], unknown: [1, 2], collectedAt: '2023-12-01T12:00:00Z' });
const zips = new Map<string, Buffer>();
let scene: ApiScene;

/** On its whole way: collected, put into the bucket, loaded. */
async function carry(telling: MadeTelling): Promise<string> {
  const { zip, event } = await sealedTelling(telling, scene.bucket.bucket, PREFIX);
  const { facts } = telling;
  await scene.bucket.put(event.archive.key, zip);
  zips.set(event.archive.key, zip);
  const collected = { ...event, attempt: 1, published: true };
  await scene.record([
    { type: 'collection.completed', data: collected },
    { type: 'archive.sealed', data: event },
    { type: 'rds.loaded', data: { ...event, source: 'topic', outcome: 'replaced' } },
  ]);
  await scene.loader.deliver({ telling });
  return facts.revision.collectionId;
}

beforeAll(async () => {
  scene = await ApiScene.open();
  for (const telling of [first, ...tellings]) await carry(telling);
  const refused = madeTelling({ productId: 'AAA-USD', telling: 'refused', collectedAt: '2023-12-05T00:00:00Z' }).facts;
  await scene.record([
    {
      type: 'archive.failed',
      data: {
        ...{ window_id: windowToWire(refused.window).id, revision: revisionToWire(refused.revision), request_id: refused.requestId },
        ...{ reason: 'bad_record', detail: 'its hash is wrong', archive: null, source: null },
      },
    } as never,
  ]);
});
afterAll(async () => {
  await scene.bucket.delete([...zips.keys()]);
  await scene.close();
});

const archives = async (query: string): Promise<Archives> => archivesAnswer.parse((await scene.get(`/archives?${query}`)).json);

it('revisions of a window, the newest first: where each came to', async () => {
  const { json } = await scene.get('/revisions?window=candles/60/AAA-USD/2023-12-01');
  const { revisions } = revisionsAnswer.parse(json);
  expect(
    revisions.map(({ collected_at, unknown, candles, current, refused }) => ({ collected_at, unknown, candles, current, refused })),
  ).toEqual([
    {
      ...{ collected_at: '2023-12-05T00:00:00Z', unknown: 0, candles: null, current: false },
      refused: { stage: 'archive', reason: 'bad_record' },
    },
    { collected_at: '2023-12-02T00:15:00Z', unknown: 0, candles: 3, current: true, refused: null },
    { collected_at: '2023-12-01T12:00:00Z', unknown: 2, candles: 1, current: false, refused: null },
  ]);
  expect(revisions[1]).toMatchObject({ warehouse_at: null, archive_key: expect.stringMatching(/^api-.*\.zip$/) });
  expect(Date.now() - Date.parse(revisions[1]!.rds_at!)).toBeLessThan(600_000);
  expect((await scene.get('/revisions?window=candles/60/ZZZ-USD/2023-12-01')).json).toEqual({
    window: 'candles/60/ZZZ-USD/2023-12-01',
    revisions: [],
  });
});

it('archives of a product in pages, by window; the current one is told', async () => {
  const all = await archives('product=AAA-USD');
  expect(all.archives.map(({ window_id, current }) => `${window_id.slice(-10)} ${current}`).sort()).toEqual([
    '2023-12-01 false',
    '2023-12-01 true',
    '2023-12-02 true',
    '2023-12-03 true',
  ]);
  expect(all.next).toBeNull();
  const paged: string[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: Archives = await archives(`product=AAA-USD&limit=1&after=${encodeURIComponent(after)}`);
    paged.push(...page.archives.map(({ key }) => key));
    after = page.next;
  }
  expect(paged).toEqual(all.archives.map(({ key }) => key));
  const some = await archives('product=AAA-USD&from=2023-12-02&to=2023-12-02');
  expect(some.archives.map(({ window_id }) => window_id)).toEqual(['candles/60/AAA-USD/2023-12-02']);
  expect((await archives('product=AAA-USD&granularity=300&from=2023-12-02')).archives).toEqual([]);
});

it('an archive is downloaded from where the store keeps it, without a word from us', async () => {
  const [archive] = (await archives('product=AAA-USD&from=2023-12-03')).archives;
  const path = `/archives/download?key=${encodeURIComponent(archive!.key)}`;
  const found = await fetch(`${scene.url}${path}`, { redirect: 'manual' });
  expect([found.status, found.headers.get('cache-control')]).toEqual([302, 'no-store']);
  const zip = await fetch(found.headers.get('location')!);
  expect(Buffer.from(await zip.arrayBuffer()).equals(zips.get(archive!.key)!)).toBe(true);
  const { url, expires_at } = downloadAnswer.parse((await scene.get(path, { accept: 'application/json' })).json);
  expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('300');
  expect(new URL(url).searchParams.get('response-content-disposition')).toBe(`attachment; filename="${archive!.key.split('/').at(-1)}"`);
  expect(Math.abs(Date.parse(expires_at) - Date.now() - 300_000)).toBeLessThan(30_000);
});

it('only what was sealed is handed out', async () => {
  const [key] = zips.keys();
  const folder = key!.slice(0, key!.lastIndexOf('/'));
  await scene.bucket.put(`${PREFIX}/secret.txt`, Buffer.from('not for readers'));
  for (const other of [
    `${PREFIX}/secret.txt`,
    `${folder}/../secret.txt`,
    '../../etc/passwd',
    `/${key}`,
    `${key}/`,
    `${key}?x=1`,
    `${folder}/`,
  ]) {
    const { status, type, json } = await scene.get(`/archives/download?key=${encodeURIComponent(other)}`);
    expect({ other, status, type }).toEqual({ other, status: 404, type: 'application/problem+json' });
    expect(JSON.stringify(json)).not.toContain('http');
  }
  await scene.bucket.delete([`${PREFIX}/secret.txt`]);
});

it.each([
  ['/revisions', 'window'],
  ['/revisions?window=candles/60/AAA-USD/2023-12', 'window'],
  ['/revisions?window=candles/60/AAA-USD/2023-12-01%00', 'window'],
  ['/archives', 'product'],
  ['/archives?product=_all', 'product'],
  ['/archives?product=AAA-USD&dataset=discounts_7d', 'product'],
  ['/archives?product=_all&dataset=discounts_7d&granularity=60', 'granularity'],
  ['/archives?product=AAA-USD&granularity=61', 'granularity'],
  ['/archives?product=AAA-USD&from=2023-12-02&to=2023-12-01', 'to'],
  ['/archives?product=AAA-USD&after=%00', 'after'],
  ['/archives?product=AAA-USD&limit=1001', 'limit'],
  ['/archives/download', 'key'],
  ['/archives/download?key=', 'key'],
  ['/archives/download?key=a%00b', 'key'],
  ['/archives/download?key=a&key=b', 'key'],
  ['/archives/download?key=a&bucket=b', 'query'],
])('%s is refused with its field', async (url, field) => {
  const { status, json, type } = await scene.get(url);
  expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json' });
  expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
});
