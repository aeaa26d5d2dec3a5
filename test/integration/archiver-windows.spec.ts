import { randomBytes } from 'node:crypto';
import { openArchive, sealArchive } from '@elias/archive';
import { deadLetterTopic, WINDOW_HEADER } from '@elias/contracts';
import { ArchiverScene } from '../support/archiver-scene.js';
import { ServiceProcess, until } from '../support/service-process.js';

const group = `test-archiver-${randomBytes(5).toString('hex')}`;
let scene: ArchiverScene;
let archiver: ServiceProcess;

beforeAll(async () => {
  scene = await ArchiverScene.open(group);
  archiver = scene.start(group);
  await archiver.ready();
});
afterAll(() => scene.close());

it('a window on the topic becomes an archive with these very bytes, announced with its place and hash', async () => {
  const window = scene.window({ unknownTail: 5 });
  const [position] = await scene.publish([scene.record(window)]);
  await scene.sealed([window]);
  const sealed = await sealArchive(window.facts, window.csv);
  const stored = await scene.store.get(scene.keyOf(window));
  expect(stored.equals(sealed.zip)).toBe(true);
  const told = scene.answers.sealed.find(({ source }) => source.offset === position!.offset && source.partition === position!.partition)!;
  expect(told).toMatchObject({
    request_id: window.facts.requestId,
    archive: { key: scene.keyOf(window), bytes: stored.length, sha256: sealed.sha256 },
    coverage: { unknown: 5, unknown_ranges: [{ from: '2023-12-01T23:55:00Z', to: '2023-12-02T00:00:00Z' }] },
  });
  const { offset, deflate_bytes: length } = told.csv_entry;
  const range = await scene.store.get(scene.keyOf(window), { range: [offset, offset + length - 1] });
  expect(range.equals(openArchive(stored).deflated)).toBe(true);
});

it('the same collection again: one object, the same bytes, announced again in equal words', async () => {
  const window = scene.window({ at: '2023-12-02T00:00:00Z' });
  await scene.publish([scene.record(window)]);
  await scene.sealed([window]);
  const before = await scene.store.head(scene.keyOf(window));
  await scene.publish([scene.record(window), scene.record(window)]);
  const told = () => scene.answers.sealed.filter(({ archive }) => archive.key === scene.keyOf(window));
  await until(
    () => told().length === 3,
    30_000,
    () => scene.outputs(),
  );
  expect(await scene.store.head(scene.keyOf(window))).toEqual(before);
  const words = told().map(({ source: _, ...rest }) => JSON.stringify(rest));
  expect(new Set(words).size).toBe(1);
  await scene.checksumsAreRight([window]);
});

it('two collections of the same data: two archives, the same CSV, both in the list', async () => {
  const [first, second] = [scene.window({ at: '2023-12-03T00:00:00Z' }), scene.window({ at: '2023-12-03T00:00:00Z', telling: 1 })];
  await scene.publish([scene.record(first), scene.record(second)]);
  await scene.sealed([first, second]);
  const [a, b] = await Promise.all([first, second].map(async (window) => openArchive(await scene.store.get(scene.keyOf(window)))));
  expect(a!.csv.equals(b!.csv)).toBe(true);
  expect(a!.manifest.revision).not.toEqual(b!.manifest.revision);
  await scene.checksumsAreRight([first, second]);
});

it('bad records are put aside and answered, a null value passes, and their partition goes on', async () => {
  const [altered, cut, good] = scene.days(3);
  const header = scene.record(altered!).headers![WINDOW_HEADER]!;
  await scene.publish([
    { ...scene.record(altered!), value: Buffer.concat([altered!.csv.subarray(0, -2), Buffer.from('9\n')]) },
    { ...scene.record(cut!), headers: { [WINDOW_HEADER]: header.slice(0, 100) } },
    { ...scene.record(cut!), value: null },
    scene.record(good!),
  ]);
  await scene.sealed([good!]);
  await until(
    () => scene.deadLetters.length === 2,
    30_000,
    () => scene.outputs(),
  );
  const failed = scene.answers.failed.sort((a, b) => (a.window_id < b.window_id ? -1 : 1));
  expect(failed).toMatchObject([
    {
      request_id: altered!.facts.requestId,
      run_id: altered!.facts.runId,
      reason: 'wrong-hash',
      window_id: `candles/60/${scene.product}/2023-01-01`,
    },
    { request_id: null, reason: 'not-json', window_id: `candles/60/${scene.product}/2023-01-02` },
  ]);
  expect(scene.deadLetters.map(({ topic, headers }) => [topic, headers['elias_dlq_reason']]).sort()).toEqual([
    [deadLetterTopic(group).name, 'not-json'],
    [deadLetterTopic(group).name, 'wrong-hash'],
  ]);
  expect(await archiver.metric('elias_archiver_windows_total{outcome="refused"}')).toBe(2);
  expect(await archiver.metric('elias_archiver_null_records_total')).toBe(1);
});

it('what stands in a window’s place and is not its archive stays, is told and put aside', async () => {
  const window = scene.window({ at: '2023-12-05T00:00:00Z' });
  await scene.store.put(scene.keyOf(window), Buffer.from('not ours'));
  await scene.publish([scene.record(window)]);
  const told = () => scene.answers.failed.filter(({ reason }) => reason === 'stored-corrupt');
  await until(
    () => told().length === 1,
    30_000,
    () => scene.outputs(),
  );
  expect(told()[0]).toMatchObject({
    window_id: `candles/60/${scene.product}/2023-12-05`,
    revision: { collection_id: window.facts.revision.collectionId },
  });
  expect((await scene.store.get(scene.keyOf(window))).toString()).toBe('not ours');
});

it('a missing setting stops the start with its name', async () => {
  const begun = performance.now();
  const misled = new ServiceProcess('archiver', { KAFKA_BROKERS: '127.0.0.1:9', AWS_REGION: 'us-east-1' });
  expect(await misled.exited).toEqual({ code: 1, signal: null });
  expect(performance.now() - begun).toBeLessThan(8_000);
  expect(misled.output).toBe('setting ARCHIVE_BUCKET: is missing\n');
});

it('SIGTERM in the middle of its work: it ends well, and the next one does the rest', async () => {
  const windows = scene.days(150, { seed: 3, telling: 2 });
  await scene.publish(windows.map((window) => scene.record(window)));
  await until(
    () => scene.answers.sealed.some(({ revision }) => revision.collection_id === windows[0]!.facts.revision.collectionId),
    30_000,
    () => scene.outputs(),
  );
  const begun = performance.now();
  archiver.kill('SIGTERM');
  expect(await archiver.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(25_000);
  archiver = scene.start(group);
  await scene.sealed(windows, 90_000);
  await scene.checksumsAreRight(windows);
}, 180_000);
