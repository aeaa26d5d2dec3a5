import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { revokedMarkerKey } from '@elias/archive';
import { TOPICS } from '@elias/contracts';
import type { MarketCandle } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { createLogger } from '@elias/telemetry';
import { LoaderDatabase, rowsOf } from '../support/loader-database.js';
import { revokedEvent, sealed, testBucket } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling, WantedTelling } from '../support/made-telling.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import { storeSettings, testStack } from '../support/stack.js';
import { readByNewConsumer, wholeTopic } from '../support/topic-reader.js';
import { skipToEnd } from '../support/topic-tail.js';

jest.setTimeout(180_000);

const CANDLES = TOPICS.windowsCandles;
const NAME = randomBytes(5).toString('hex');
const PRODUCT = `T${NAME.toUpperCase()}-USD`;
const PREFIX = `test/replay-topic-${NAME}`;
const { brokers } = testStack().kafka;
const kafka = new KafkaClient({ brokers, clientId: 'test-replay', logger: createLogger({ app: 'test', level: 'silent' }) });
const startedAt = new Date(Date.now() - 2_000).toISOString();
let database: LoaderDatabase;
let bucket: ObjectStore;

beforeAll(async () => {
  database = await LoaderDatabase.create();
  bucket = testBucket();
  await bucket.ensureBucket();
  await ensureTopics(kafka, [CANDLES, TOPICS.windowsStats, { name: `${NAME}.aged`, partitions: 1, cleanup: 'delete' }]);
});
afterAll(async () => {
  const made = [`${NAME}.aged`, `${NAME}.windows`, `${NAME}.events`];
  const there = await kafka.ask('topics', (admin) => admin.listTopics());
  await kafka.ask('removal', (admin) => admin.deleteTopics({ topics: made.filter((topic) => there.includes(topic)) }));
  await kafka.close();
  await database.drop();
  bucket.close();
});

const tell = (day: string, rest: Partial<WantedTelling> = {}): MadeTelling =>
  madeTelling({ productId: PRODUCT, day, telling: `${PRODUCT} ${day}`, ...rest });
const elias = (...args: string[]): Promise<ToolResult> =>
  runElias(args, { ...storeSettings(), KAFKA_BROKERS: brokers.join(','), POSTGRES_URL: database.url, ARCHIVE_PREFIX: PREFIX });
const publish = (...tellings: MadeTelling[]): Promise<unknown> => kafka.producer().send(tellings.map(({ record }) => placeRecord(record)));

it('a range of a topic goes into a shadow; offsets that somebody has committed stay', async () => {
  const group = `test-replay-${NAME}`;
  await skipToEnd(brokers, group, [CANDLES.name]);
  const committed = await kafka.fetchOffsets(group, [CANDLES.name]);
  const days = ['2023-12-01', '2023-12-02'].map((day) => tell(day));
  await publish(...days);
  const from = ['--from-topic', CANDLES.name, '--from', startedAt, '--products', PRODUCT];
  const replayed = await elias('replay', ...from, '--store', 'rds', '--schema', 'shadow_t', '--json');
  expect(replayed).toMatchObject({ code: 0, errors: '' });
  expect(JSON.parse(replayed.out)).toMatchObject({ replay: { read: 2, rows: 6, outcomes: { replaced: 2 } } });
  const rows = await database.sql(`SELECT count(*)::int AS rows FROM shadow_t.candles WHERE product_id = $1`, [PRODUCT]);
  expect(rows).toEqual([{ rows: 6 }]);
  expect(await database.candles(PRODUCT)).toEqual([]);
  expect(await kafka.fetchOffsets(group, [CANDLES.name])).toEqual(committed);
});

it('goes into another topic, as windows and as single events', async () => {
  const days = ['2023-12-01', '2023-12-02'].map((day) => tell(day));
  for (const day of days) await sealed(day, bucket, PREFIX);
  const from = ['replay', '--from-archives', '--products', PRODUCT, '--to', '2023-12-03'];
  expect(await elias(...from, '--into-topic', `${NAME}.windows`)).toMatchObject({ code: 0, errors: '' });
  const windows = await wholeTopic(kafka, `${NAME}.windows`);
  expect(windows.map(({ key, value }) => [key, value])).toEqual(days.map(({ facts, csv }) => [windowId(facts.window), csv]));
  expect(JSON.parse(windows[0]!.headers['elias_window']!)).toMatchObject({ origin: 'replay' });

  // a day passes in 1.44 s
  const begun = performance.now();
  expect(await elias(...from, '--into-topic', `${NAME}.events`, '--as', 'events', '--speed', '60000')).toMatchObject({ code: 0 });
  expect(performance.now() - begun).toBeGreaterThan(1_440);
  const events = await wholeTopic(kafka, `${NAME}.events`);
  const told = events.map(({ value }) => JSON.parse(String(value)) as MarketCandle);
  expect(told.map(({ window_id: _, origin: _origin, revision: _revision, ...row }) => row)).toEqual(days.flatMap(rowsOf));
  expect(told.every(({ origin }) => origin === 'replay')).toBe(true);
  expect(events[0]).toMatchObject({ key: PRODUCT, headers: { ce_type: 'market.candle' } });
});

it('says what a topic does not hold any more, and what does', async () => {
  const topic = `${NAME}.aged`;
  const records = [1, 2, 3].map((day) => ({ ...placeRecord(tell(`2023-12-0${day}`).record), topic, partition: 0 }));
  await kafka.producer().send(records);
  await kafka.ask('deletion', (admin) =>
    admin.fetchTopicOffsets(topic).then(() => admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })),
  );
  const gone = await elias(
    'replay',
    '--from-topic',
    topic,
    '--from',
    '0:0',
    '--products',
    PRODUCT,
    '--store',
    'rds',
    '--schema',
    'shadow_u',
  );
  expect(gone.code).toBe(2);
  expect(gone.errors).toContain('begins at offset 2');
  expect(gone.errors).toContain(`elias replay --from-archives --products ${PRODUCT} --store rds --schema shadow_u`);
  expect(await elias('replay', '--from-topic', topic, '--from', '0:2', '--store', 'none', '--json')).toMatchObject({
    code: 0,
    out: expect.stringContaining('"sound":1') as string,
  });
});

it('a new consumer has from offset 0 exactly what the stores have, once the topics are mended', async () => {
  const [old, current] = [
    tell('2024-02-01', { telling: `${NAME} old` }),
    tell('2024-02-01', { telling: `${NAME} new`, minutes: [7, 8], collectedAt: '2024-03-01T00:00:00Z' }),
  ];
  const [wrong, right] = [
    tell('2024-02-02', { telling: `${NAME} wrong`, collectedAt: '2024-03-01T00:00:00Z' }),
    tell('2024-02-02', { telling: `${NAME} right`, minutes: [9] }),
  ];
  const gone = tell('2024-02-03', { telling: `${NAME} gone` });
  const silent = tell('2024-02-04', { telling: `${NAME} silent` });
  for (const telling of [old, current, wrong, right, gone, silent]) {
    const { value } = await sealed(telling, bucket, PREFIX);
    if (telling !== wrong && telling !== gone) continue;
    const { archive } = JSON.parse(String(value)) as { archive: { key: string } };
    await bucket.put(revokedMarkerKey(archive.key), Buffer.from(String(revokedEvent(telling).value)));
  }
  // the worse telling came last, what is withdrawn stands, and one was never published
  await publish(current, old, right, wrong, gone);
  const mend = ['mend-topics', '--products', PRODUCT, '--json'];
  expect((await elias(...mend, '--dry-run')).code).toBe(1);
  const mended = await elias(...mend);
  expect(mended).toMatchObject({ code: 0, errors: '' });
  const id = ({ facts }: MadeTelling): string => windowId(facts.window);
  expect(JSON.parse(mended.out)).toMatchObject({ published: [id(current), id(right), id(silent)], forgotten: [id(gone)] });
  expect(await elias('replay', '--from-archives', '--products', PRODUCT, '--store', 'rds')).toMatchObject({ code: 0 });

  const last = [...(await readByNewConsumer(brokers, CANDLES.name))].filter(([key]) => key.includes(PRODUCT)).sort();
  const lines = last.flatMap(([, { value }]) => (value === null ? [] : value.toString().trimEnd().split('\n').slice(1)));
  const stored = (await database.candles(PRODUCT)).map((row) => Object.values(row).join());
  expect(lines).toEqual(stored);
  const collections = last.flatMap(([, { value, headers }]) => {
    if (value === null) return [];
    return [(JSON.parse(headers['elias_window']!) as { revision: { collection_id: string } }).revision.collection_id];
  });
  const ledger = await database.ledger(PRODUCT);
  expect(collections).toEqual(ledger.filter(({ state }) => state === 'loaded').map(({ collection_id }) => collection_id));
  expect(JSON.parse((await elias(...mend)).out)).toMatchObject({ published: [], forgotten: [] });
});
