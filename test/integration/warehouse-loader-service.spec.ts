import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import type { ControlEvent, EncodedRecord } from '@elias/contracts';
import { deadLetterTopic, decodeEvent, encodeEvent, TOPICS } from '@elias/contracts';
import { decodeDeadLetter, ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import { FaultProxy } from '../support/fault-proxy.js';
import type { FaultProxyHooks } from '../support/fault-proxy.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { ServiceProcess, until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { copyOffsets, skipToEnd, TopicTail } from '../support/topic-tail.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

const kafka = new KafkaClient({ ...testStack().kafka, clientId: 'test-warehouse', logger: createLogger({ app: 'test', level: 'silent' }) });
const processes: ServiceProcess[] = [];
let scene: WarehouseScene;
let tail: TopicTail;

beforeAll(async () => {
  scene = await WarehouseScene.create();
  await ensureTopics(kafka, [TOPICS.archiveObjects, TOPICS.loads]);
  tail = await TopicTail.of(testStack().kafka.brokers, [TOPICS.loads.name]);
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one.end()));
  await tail?.close();
  await scene?.close();
  await kafka.close();
});

const productNamed = (name: string): string => `W${name}${randomBytes(4).toString('hex').toUpperCase()}-USD`;

async function groupNamed(name: string): Promise<string> {
  const group = `test-warehouse-${name}-${randomBytes(4).toString('hex')}`;
  await ensureTopics(kafka, [deadLetterTopic(group)]);
  await skipToEnd(testStack().kafka.brokers, group, [TOPICS.archiveObjects.name]);
  return group;
}

function start(group: string, settings: Record<string, string> = {}): ServiceProcess {
  const { kafka: brokers, s3 } = testStack();
  const loader = new ServiceProcess('warehouse-loader', {
    KAFKA_BROKERS: brokers.brokers.join(','),
    AWS_REGION: s3.region,
    S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    ARCHIVE_BUCKET: s3.bucket,
    ARCHIVE_PREFIX: scene.prefix,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: scene.endpoint,
    REDSHIFT_DATABASE: 'dev',
    REDSHIFT_WORKGROUP: 'elias',
    WAREHOUSE_LOADER_GROUP: group,
    WAREHOUSE_LOAD_INTERVAL_MS: '1000',
    ...settings,
  });
  processes.push(loader);
  return loader;
}

async function publish(records: readonly EncodedRecord[]): Promise<void> {
  await kafka.producer().send(records.map((record) => placeRecord(record)));
}

/** Seals tellings and tells of them on the topic, each in its window's partition. */
async function seal(tellings: readonly MadeTelling[]): Promise<void> {
  await publish(await Promise.all(tellings.map(async (telling) => encodeEvent('archive.sealed', await scene.seal(telling), 'test'))));
}

/** Answers on the loads topic about a product. */
const answersAbout = (productId: string): ControlEvent[] =>
  tail.records.flatMap((record) => {
    const decoded = decodeEvent(record);
    return decoded.kind === 'ok' && record.key?.includes(`/${productId}/`) ? [decoded.value] : [];
  });

async function answered(productId: string, count: number, loader: ServiceProcess, withinMs = 60_000): Promise<void> {
  await until(
    () => answersAbout(productId).length >= count,
    withinMs,
    () => `${answersAbout(productId).length} answers of ${count}:\n${loader.output.slice(-3_000)}`,
  );
}

/** Resolves when the group has nothing left to read. */
async function offsetsCommitted(group: string): Promise<void> {
  const left = async (): Promise<string[]> => {
    const ends = await kafka.endOffsets(TOPICS.archiveObjects.name);
    const committed = await kafka.fetchOffsets(group, [TOPICS.archiveObjects.name]);
    const of = (partition: number): string => committed.find((one) => one.partition === partition)?.offset ?? 'none';
    return ends.flatMap(({ partition, high }) => (of(partition) === high ? [] : [`${partition}: ${of(partition)} of ${high}`]));
  };
  let missing: string[] = [];
  await until(
    async () => (missing = await left()).length === 0,
    30_000,
    () => `offsets are not committed: ${missing.join()}`,
  );
}

async function expectLoaded(telling: MadeTelling): Promise<void> {
  const { window, csvSha256 } = telling.facts;
  // the twin follows the announcement
  await until(
    async () => (await scene.objects.head(twinKey(scene.prefix, window)))?.metadata['csv_sha256'] === csvSha256,
    20_000,
    () => `no twin of ${window.productId}`,
  );
  expect(await scene.candleLines(window.productId)).toEqual(telling.csv.toString().trimEnd().split('\n').slice(1));
  expect(gunzipSync(await scene.objects.get(twinKey(scene.prefix, window))).toString()).toBe(telling.csv.toString());
}

it('loads what comes over all partitions in one batch, then commits; SIGTERM ends it', async () => {
  const group = await groupNamed('batch');
  const loader = start(group);
  await loader.ready();
  const tellings = Array.from({ length: 8 }, (_, at) => madeTelling({ productId: productNamed(`A${at}`), telling: `batch ${at}` }));
  await seal(tellings);
  for (const telling of tellings) {
    await answered(telling.facts.window.productId, 1, loader);
    await expectLoaded(telling);
  }
  const told = tellings.flatMap(({ facts }) => answersAbout(facts.window.productId));
  expect(told.map(({ type }) => type)).toEqual(tellings.map(() => 'warehouse.loaded'));
  expect(new Set(told.map(({ data }) => 'batch_id' in data && data.batch_id)).size).toBe(1);
  await offsetsCommitted(group);
  expect(await loader.metric('elias_warehouse_loader_windows_total{answer="loaded"}')).toBeGreaterThanOrEqual(8);
  const stoppedAt = performance.now();
  loader.kill('SIGTERM');
  expect(await loader.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - stoppedAt).toBeLessThan(25_000);
});

it('puts bad records and bad archives aside with their reason, and goes on', async () => {
  const group = await groupNamed('bad');
  const letters = await TopicTail.of(testStack().kafka.brokers, [deadLetterTopic(group).name]);
  try {
    const loader = start(group);
    const productId = productNamed('B');
    const bad = madeTelling({ productId, telling: 'corrupt' });
    const sealed = await scene.seal(bad);
    await scene.objects.put(sealed.archive.key, Buffer.from('no zip'));
    const record = encodeEvent('archive.sealed', sealed, 'test');
    await publish([{ ...record, value: '{"half":' }, { ...record, headers: { ...record.headers, ce_type: 'archive.unheard' } }, record]);
    const good = madeTelling({ productId, day: '2023-12-02', telling: 'good' });
    await seal([good]);
    await answered(productId, 2, loader);
    await until(
      () => letters.records.length >= 3,
      20_000,
      () => `${letters.records.length} dead letters`,
    );
    const found = letters.records.map((letter) => decodeDeadLetter(letter));
    expect(found.map((letter) => letter?.reason).sort()).toEqual(['not-json', 'unknown-type', 'wrong-hash']);
    expect(found.every((letter) => letter?.key === bad.record.key)).toBe(true);
    const failed = answersAbout(productId).find(({ type }) => type === 'warehouse.failed');
    expect(failed?.data).toMatchObject({ reason: 'wrong-hash', archive: { key: sealed.archive.key }, request_id: bad.facts.requestId });
    expect(await scene.candleLines(productId)).toEqual(good.csv.toString().trimEnd().split('\n').slice(1));
    await offsetsCommitted(group);
    loader.kill('SIGTERM');
    await loader.exited;
  } finally {
    await letters.close();
  }
});

const put = (request: IncomingMessage, part: string): boolean => request.method === 'PUT' && (request.url ?? '').includes(part);
const isBatch = (request: IncomingMessage): boolean => request.headers['x-amz-target'] === 'RedshiftData.BatchExecuteStatement';

interface KillPoint {
  point: string;
  at: 's3' | 'redshift';
  /** answers that are out before the kill */
  announced: number;
  /** the warehouse takes seconds over the insert */
  slow?: boolean;
  hooks: (kill: () => void) => FaultProxyHooks;
}
const KILL_POINTS: KillPoint[] = [
  {
    point: 'half staged',
    at: 's3',
    announced: 0,
    hooks: (kill) => ({ before: (request) => (put(request, 'windows.csv') ? (kill(), 'cut') : 'pass') }),
  },
  {
    point: 'inside the transaction',
    at: 'redshift',
    announced: 0,
    slow: true,
    hooks: (kill) => ({ before: (request) => (isBatch(request) && setTimeout(kill, 700), 'pass') }),
  },
  {
    point: 'committed, not heard of',
    at: 'redshift',
    announced: 0,
    hooks: (kill) => ({ after: (request) => (isBatch(request) ? (kill(), 'swallow') : 'answer') }),
  },
  {
    point: 'announced, twins half written',
    at: 's3',
    announced: 3,
    hooks: (kill) => {
      let twins = 0;
      return { after: (request) => (put(request, '/tables/') && (twins += 1) === 2 ? (kill(), 'swallow') : 'answer') };
    },
  },
];

it.each(KILL_POINTS)(
  'kill -9 $point: the restarted one ends the same, and announces what is owed',
  async ({ at, announced, slow, hooks }) => {
    const group = await groupNamed('kill');
    const proxy = await FaultProxy.before(at === 's3' ? testStack().s3.endpoint : scene.endpoint);
    const loader = start(group, at === 's3' ? { S3_ENDPOINT: proxy.url } : { AWS_ENDPOINT_URL_REDSHIFT_DATA: proxy.url });
    await loader.ready();
    const tellings = [0, 1, 2].map((which) =>
      madeTelling({ productId: productNamed(`K${which}`), telling: `${at} ${announced} ${which}` }),
    );
    proxy.hooks = hooks(() => loader.kill('SIGKILL'));
    if (slow === true) await scene.arm({ kind: 'delay', delay_ms: 2_500, match: 'INSERT INTO market.candles' });
    await seal(tellings);
    expect(await loader.exited).toEqual({ code: null, signal: 'SIGKILL' });
    proxy.close();
    const told = (): number => tellings.flatMap(({ facts }) => answersAbout(facts.window.productId)).length;
    if (announced > 0) {
      await until(
        () => told() >= announced,
        10_000,
        () => `${told()} answers`,
      );
    } else expect(told()).toBe(0);
    // another group at the killed one's offsets: its own would wait until the killed member's session has ended
    const heir = `${group}-heir`;
    await ensureTopics(kafka, [deadLetterTopic(heir)]);
    await copyOffsets(testStack().kafka.brokers, group, heir, TOPICS.archiveObjects.name);
    const again = start(heir);
    for (const telling of tellings) {
      const { productId } = telling.facts.window;
      await answered(productId, announced > 0 ? 2 : 1, again, 60_000);
      expect(answersAbout(productId).map(({ type }) => type)).toEqual(answersAbout(productId).map(() => 'warehouse.loaded'));
    }
    await offsetsCommitted(heir);
    for (const telling of tellings) await expectLoaded(telling);
    await again.end();
  },
  120_000,
);

it('is ready without Redshift and asks it nothing until there is something to load', async () => {
  let asked = 0;
  const proxy = await FaultProxy.before(scene.endpoint);
  proxy.hooks = {
    before: () => {
      asked += 1;
      return 'pass';
    },
  };
  const loader = start(await groupNamed('quiet'), { AWS_ENDPOINT_URL_REDSHIFT_DATA: proxy.url });
  await loader.ready();
  for (let round = 0; round < 5; round += 1) {
    expect((await loader.get('/health/ready')).status).toBe(200);
    expect((await loader.get('/metrics')).status).toBe(200);
    await sleep(200);
  }
  expect(asked).toBe(0);
  await loader.end();
  proxy.close();
});

it('says why it is not ready while Redshift is away, and loads once it is back', async () => {
  const proxy = await FaultProxy.before(scene.endpoint);
  let away = true;
  proxy.hooks = { before: () => (away ? 'cut' : 'pass') };
  const loader = start(await groupNamed('away'), { AWS_ENDPOINT_URL_REDSHIFT_DATA: proxy.url });
  await loader.ready();
  const telling = madeTelling({ productId: productNamed('C'), telling: 'away' });
  await seal([telling]);
  await until(
    async () => (await loader.get('/health/ready')).status === 503,
    30_000,
    () => 'it stays ready',
  );
  expect((await loader.get('/health/ready')).text).toContain('BatchExecuteStatement of the Redshift Data API did not go through');
  expect((await loader.get('/health/live')).status).toBe(200);
  away = false;
  await answered(telling.facts.window.productId, 1, loader, 60_000);
  await expectLoaded(telling);
  await loader.ready();
  await loader.end();
  proxy.close();
});

it.each([
  { setting: 'REDSHIFT_DATABASE', value: '' },
  { setting: 'REDSHIFT_WORKGROUP', value: '' },
  { setting: 'REDSHIFT_COPY_ROLE_ARN', value: 'not-an-arn-secret' },
])('does not start with a wrong $setting', async ({ setting, value }) => {
  const loader = start('test-warehouse-config', { [setting]: value });
  const startedAt = performance.now();
  expect(await loader.exited).toEqual({ code: 1, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(loader.output).toContain(`setting ${setting}: is m`);
  expect(loader.output).not.toContain('secret');
  expect(loader.output.trim().split('\n')).toHaveLength(1);
});
