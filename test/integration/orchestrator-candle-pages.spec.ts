import { gunzipSync } from 'node:zlib';
import { ApiScene } from '../support/api-scene.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling, WantedTelling } from '../support/made-telling.js';

const PRODUCT = 'AAA-USD';
const DAY = `/candles?product=${PRODUCT}&from=2023-12-01T00:00:00Z&to=2023-12-02T00:00:00Z`;
let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open({ ORCHESTRATOR_API_REQUESTS_PER_SECOND: '1000' });
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.postgres.query('TRUNCATE market.candles, market.load_ledger, market.revocations');
});

const telling = (name: string, more: Partial<WantedTelling> = {}): MadeTelling =>
  madeTelling({ productId: PRODUCT, telling: name, minutes: [0, 1, 2, 3, 1_439], ...more });
const later = (name: string): MadeTelling => telling(name, { collectedAt: '2023-12-03T00:15:00Z', minutes: [0, 5] });
const closes = ({ candles }: MadeTelling): string[] => candles.map(({ close }) => close);
const read = async (url = DAY, headers = {}): Promise<{ closes: unknown[]; tag: string; next: unknown }> => {
  const { json, headers: sent } = await scene.get(url, headers);
  return { closes: (json['candles'] as { close: string }[]).map(({ close }) => close), tag: String(sent['etag']), next: json['next'] };
};

it('a revision, a revocation and a first load are told at once, and what is the same is not sent again', async () => {
  expect((await read()).closes).toEqual([]);
  const [first, second] = [telling('first'), later('second')];
  await scene.loader.deliver({ telling: first });
  const before = await read();
  expect([before.closes, (await read()).tag]).toEqual([closes(first), before.tag]);
  const same = await scene.raw(DAY, { 'if-none-match': before.tag });
  expect([same.statusCode, same.body, same.headers['content-encoding'], same.headers['etag']]).toEqual([304, '', undefined, before.tag]);

  await scene.loader.deliver({ telling: second });
  const after = await read(DAY, { 'if-none-match': before.tag });
  expect([after.closes, after.tag === before.tag]).toEqual([closes(second), false]);

  await scene.loader.deliver({ withdraw: second });
  expect((await read(DAY, { 'if-none-match': after.tag })).closes).toEqual([]);
});

it('each page of a range is its own, and goes with any of the windows that it rests on', async () => {
  const days = ['2023-12-01', '2023-12-02'].map((day) => telling(day, { day: `${day}`, minutes: [700, 1_439] }));
  for (const one of days) await scene.loader.deliver({ telling: one });
  const over = (from: string, limit: number): string => `/candles?product=${PRODUCT}&from=${from}&to=2023-12-02T12:00:00Z&limit=${limit}`;
  const from = '2023-12-01T12:00:00Z';
  for (let again = 0; again < 2; again += 1) {
    expect((await read(over(from, 1))).next).toBe('2023-12-02T11:40:00Z');
    expect((await read(over(from, 2))).closes).toEqual([closes(days[0]!)[1], closes(days[1]!)[0]]);
  }
  const revised = telling('revised', { day: '2023-12-02', minutes: [701], collectedAt: '2023-12-05T00:15:00Z' });
  await scene.loader.deliver({ telling: revised });
  expect((await read(over(from, 1))).next).toBe('2023-12-02T11:41:00Z');
});

it('is the same compressed, however often it is asked for, and by however many at a time', async () => {
  await scene.loader.deliver({ telling: telling('many', { minutes: Array.from({ length: 1_440 }, (_, i) => i) }) });
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      scene.raw(DAY, i % 2 === 0 ? { 'accept-encoding': 'br, gzip' } : { 'accept-encoding': 'identity' }),
    ),
  );
  const plain = answers.filter(({ headers }) => headers['content-encoding'] === undefined);
  const zipped = answers.filter(({ headers }) => headers['content-encoding'] === 'gzip');
  expect([plain.length, zipped.length]).toEqual([15, 15]);
  const bodies = new Set(
    [...plain.map(({ rawPayload }) => rawPayload), ...zipped.map(({ rawPayload }) => gunzipSync(rawPayload))].map(String),
  );
  expect([bodies.size, new Set(answers.map(({ headers }) => headers['etag'])).size]).toEqual([1, 1]);
  expect((JSON.parse([...bodies][0]!) as { candles: unknown[] }).candles).toHaveLength(1_440);
  expect(zipped[0]!.rawPayload.length * 4).toBeLessThan(plain[0]!.rawPayload.length);
});

it('no answer is older than what stood when it was asked for, while revisions come all the time', async () => {
  await scene.loader.deliver({ telling: telling('0', { minutes: [0] }) });
  let [done, loaded] = [false, 0];
  const revise = async (): Promise<void> => {
    for (let i = 1; i <= 40; i += 1) {
      const collectedAt = `2023-12-03T00:00:${String(i).padStart(2, '0')}Z`;
      await scene.loader.deliver({
        telling: telling(String(i), { minutes: Array.from({ length: i + 1 }, (_, minute) => minute), collectedAt }),
      });
      loaded = i;
    }
    done = true;
  };
  const stale: unknown[] = [];
  const ask = async (): Promise<void> => {
    while (!done) {
      const [atLeast, { closes: told }] = [loaded, await read()];
      if (told.length < atLeast + 1) stale.push([atLeast, told.length]);
    }
  };
  await Promise.all([revise(), ask(), ask(), ask(), ask()]);
  expect(stale).toEqual([]);
  expect((await read()).closes).toHaveLength(41);
});
