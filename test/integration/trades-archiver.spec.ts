import { randomBytes } from 'node:crypto';
import { openArchive, twinKey } from '@elias/archive';
import { WINDOW_TOPICS } from '@elias/contracts';
import type { OutgoingRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import { ArchiverScene } from '../support/archiver-scene.js';
import { madeTrades } from '../support/made-trades.js';
import type { MadeTrades, WantedTrades } from '../support/made-trades.js';
import { partRecords } from '../support/published-trades.js';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { copyOffsets } from '../support/topic-tail.js';

const [BEFORE, AFTER, OTHER] = [0, 1, 2].map(() => `test-archiver-${randomBytes(5).toString('hex')}`) as [string, string, string];
const PART_BYTES = 20_000;
let scene: ArchiverScene;
beforeAll(async () => {
  scene = await ArchiverScene.open(BEFORE, AFTER, OTHER);
});
afterAll(() => scene.close());

const hour = (at: number, wish: Partial<WantedTrades> = {}): MadeTrades =>
  madeTrades({ window: `trades/${scene.product}/2023-12-01T${String(at).padStart(2, '0')}`, count: 2_000, ...wish });

/** The archives of a window that were announced, opened. */
async function archived({ facts }: MadeTrades): Promise<string[]> {
  const keys = scene.answers.sealed.flatMap(({ window, archive }) => (window.id === windowId(facts.window) ? [archive.key] : []));
  return Promise.all([...new Set(keys)].map(async (key) => openArchive(await scene.store.get(key)).csv.toString()));
}

async function sealed(windows: readonly MadeTrades[]): Promise<void> {
  const told = (): Set<string> => new Set(scene.answers.sealed.map(({ revision }) => revision.collection_id));
  await until(
    () => windows.every(({ facts }) => told().has(facts.revision.collectionId)),
    40_000,
    () => `not sealed\n${scene.outputs()}`,
  );
}

const shuffled = (records: readonly OutgoingRecord[]): OutgoingRecord[] =>
  records.map((record, i) => ({ record, at: (i * 7_919) % 101 })).sort((a, b) => a.at - b.at).map(({ record }) => record); // prettier-ignore

it('killed in the middle: every window once whole, from parts in any order and doubled, also an empty one', async () => {
  const windows = [hour(1), hour(2), hour(3, { count: 0 }), hour(4, { count: 1 })];
  const records = windows.map((made) => partRecords(made, PART_BYTES));
  const [a, b, c, d] = records as [OutgoingRecord[], OutgoingRecord[], OutgoingRecord[], OutgoingRecord[]];
  expect(a.length).toBeGreaterThan(4);
  const first = scene.start(BEFORE);
  await first.ready();
  // all but the last part of the first window
  await scene.publish(shuffled([...a.slice(0, -1), ...a.slice(0, 2), ...b]));
  await sealed([windows[1]!]);
  first.kill('SIGKILL');
  await first.exited;
  await scene.publish([...a.slice(-1), ...c, ...d, ...shuffled(b)]);
  // in another group, from the same offsets: the one before waits for its killed member until the session ends
  for (const { name } of WINDOW_TOPICS) await copyOffsets(testStack().kafka.brokers, BEFORE, AFTER, name);
  const second = scene.start(AFTER);
  await sealed(windows);
  for (const made of windows) expect(await archived(made)).toEqual([made.csv.toString()]);
  expect(scene.deadLetters).toEqual([]);
  expect(await second.metric('elias_archiver_windows_total{outcome="refused"}')).toBe(0);
  const folder = `trades/product=${scene.product}/dt=2023-12-01/${scene.product}_trades_2023-12-01T01_`;
  expect((await scene.keys()).some((key) => key.startsWith(`${scene.prefix}/${folder}`))).toBe(true);
  expect(twinKey('', windows[0]!.facts.window)).toBe(`tables/trades/product=${scene.product}/dt=2023-12-01/hour=01/data.csv.gz`);
  await second.end();
}, 90_000);

it('an incomplete telling is dropped for a complete better one, or long after its last part; a wrong one is put aside', async () => {
  const [half, whole] = ['half', 'whole'].map((telling, i) => hour(11, { telling: `${scene.product} ${telling}`, collectedAt: `2023-12-02T0${i}:00:00Z` })); // prettier-ignore
  const abandoned = hour(12);
  const wrong = hour(13, { alter: (csv) => csv.replace('T13:', 'T14:') });
  const archiver = scene.start(OTHER, { ARCHIVE_ABANDONED_AFTER_MS: '6000' });
  await archiver.ready();
  await scene.publish(partRecords(half!, PART_BYTES).slice(0, -1));
  await scene.publish(partRecords(abandoned, PART_BYTES).slice(1));
  await scene.publish([...partRecords(whole!, PART_BYTES), ...partRecords(wrong, PART_BYTES)]);
  await sealed([whole!]);
  expect(await archived(whole!)).toEqual([whole!.csv.toString()]);
  const dropped = (why: string): Promise<number> => archiver.metric(`elias_archiver_dropped_windows_total{why="${why}"}`);
  expect(await dropped('superseded')).toBe(1);
  await until(
    async () => (await dropped('abandoned')) === 1,
    30_000,
    () => `not abandoned\n${scene.outputs()}`,
  );
  const failed = scene.answers.failed.filter(({ window_id }) => window_id === windowId(wrong.facts.window));
  expect(failed).toMatchObject([{ reason: 'wrong-rows' }]);
  const aside = scene.deadLetters.filter(({ headers }) => JSON.stringify(headers).includes('T13'));
  expect(Buffer.concat(aside.map(({ value }) => value!)).equals(wrong.csv)).toBe(true);
}, 90_000);
