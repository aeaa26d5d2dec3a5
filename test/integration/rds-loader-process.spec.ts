import { jest } from '@jest/globals';
import { deadLetterTopic, WINDOW_HEADER } from '@elias/contracts';
import { csvSha256 } from '@elias/archive';
import { revokedEvent, sealed, testBucket } from '../support/loader-sources.js';
import { RdsLoaderScene } from '../support/rds-loader-scene.js';
import { ServiceProcess } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { TcpGate } from '../support/tcp-gate.js';

jest.setTimeout(240_000);

let scene: RdsLoaderScene;
beforeAll(async () => {
  scene = await RdsLoaderScene.open(14);
});
beforeEach(() => scene.begin());
afterEach(() => scene.end());
afterAll(() => scene.close());

it('loads what is sound, answers each window, puts the rest aside, and its partition goes on', async () => {
  const loader = scene.start();
  await loader.ready();
  const [altered, cut, columns, unkept, good] = scene.days(5);
  const headerOf = scene.outgoing(cut!).headers![WINDOW_HEADER]!;
  const swapped = Buffer.from(columns!.csv.toString().replace('open,high', 'high,open'));
  const facts = JSON.parse(scene.outgoing(columns!).headers![WINDOW_HEADER]!) as object;
  await scene.publish([
    scene.outgoing(altered!, { value: Buffer.concat([altered!.csv.subarray(0, -2), Buffer.from('9\n')]) }),
    scene.outgoing(cut!, { headers: { [WINDOW_HEADER]: headerOf.slice(0, 100) } }),
    scene.outgoing(columns!, {
      value: swapped,
      headers: { [WINDOW_HEADER]: JSON.stringify({ ...facts, csv_sha256: csvSha256(swapped) }) },
    }),
    scene.outgoing(good!),
    scene.outgoing(unkept!, { value: null }),
    scene.outgoing(good!, { value: null }),
  ]);
  await scene.answered([good!]);
  await scene.until(
    () => scene.deadLetters.length === 3,
    () => `${scene.deadLetters.length} dead letters`,
  );
  expect(scene.deadLetters.map(({ topic, headers }) => [topic, headers['elias_dlq_reason']])).toEqual(
    ['wrong-hash', 'not-json', 'wrong-rows'].map((reason) => [deadLetterTopic(scene.group).name, reason]),
  );
  const failed = scene.told.flatMap(({ type, data }) => (type === 'rds.failed' ? [data] : []));
  failed.sort((a, b) => (a.window_id < b.window_id ? -1 : 1));
  expect(failed).toMatchObject([
    { reason: 'wrong-hash', request_id: altered!.facts.requestId, revision: { collection_id: altered!.facts.revision.collectionId } },
    { reason: 'not-json', request_id: null, window_id: `candles/60/${scene.product}/2022-01-02` },
    { reason: 'wrong-rows', detail: 'line 1 is not the header of candles' },
  ]);
  await scene.until(
    async () => (await loader.metric('elias_rds_loader_null_records_total')) >= 2,
    () => 'null values are not counted',
  );
  await scene.expectStanding([good!]);
  // Others may write to the topic at the same time.
  expect(await loader.metric('elias_rds_loader_windows_total{outcome="replaced"}')).toBeGreaterThanOrEqual(1);
  expect(await loader.metric('elias_rds_loader_windows_total{outcome="refused"}')).toBeGreaterThanOrEqual(3);
});

it('from archives: loads what is sealed, empties what is withdrawn, answers a missing or cut archive', async () => {
  const bucket = testBucket();
  await bucket.ensureBucket();
  scene.start('archive');
  const [first, second, missing, cut] = scene.days(4);
  const better = scene.tell({ day: '2022-01-01', telling: 'better', collectedAt: '2024-01-01T00:00:00Z' });
  const events = await Promise.all([first!, second!, missing!, cut!, better].map((telling) => sealed(telling, bucket, scene.prefix)));
  const keyOf = (i: number): string => (JSON.parse(String(events[i]!.value)) as { archive: { key: string } }).archive.key;
  await bucket.delete([keyOf(2)]);
  await bucket.put(keyOf(3), (await bucket.get(keyOf(3))).subarray(0, 500));
  await scene.publish(events);
  await scene.answered([first!, second!, better].filter((telling) => telling !== first));
  await scene.until(
    () => scene.deadLetters.length === 2,
    () => `${scene.deadLetters.length} dead letters`,
  );
  expect(scene.deadLetters.map(({ headers }) => headers['elias_dlq_reason']).sort()).toEqual(['archive-missing', 'wrong-hash']);
  const failed = scene.told.flatMap(({ type, data }) => (type === 'rds.failed' ? [data] : []));
  expect(failed).toHaveLength(2);
  for (const [i, reason] of [
    [2, 'archive-missing'],
    [3, 'wrong-hash'],
  ] as const) {
    expect(failed.find((data) => data.reason === reason)?.detail).toContain(keyOf(i));
  }
  await scene.expectStanding([better, second!]);

  await scene.publish([revokedEvent(better)]);
  await scene.until(
    async () => (await scene.database.ledger(scene.product)).some(({ state }) => state === 'revoked'),
    () => 'the withdrawal was not seen',
  );
  expect(await scene.database.ledger(scene.product)).toMatchObject([{ state: 'revoked', row_count: 0 }, { state: 'loaded' }]);
  await scene.publish([events[4]!, events[0]!]);
  await scene.answered([first!]);
  await scene.expectStanding([first!, second!]);
  const keys = [0, 1, 3, 4].map(keyOf);
  await bucket.delete(keys);
  bucket.close();
});

it('kill -9 again and again in the middle: the same rows as ever, and every answer that was owed', async () => {
  const windows = scene.days(240);
  await scene.publish(windows.map(({ record }) => record));
  for (const rows of [1, 60_000, 110_000]) {
    const loader = scene.start('topic', { RDS_LOADER_TRANSACTION_BYTES: '300000' });
    await scene.until(
      async () =>
        Number(
          (await scene.database.sql('SELECT count(*)::int AS n FROM market.candles WHERE product_id = $1', [scene.product]))[0]!['n'],
        ) >= rows,
      () => `not ${rows} rows yet`,
    );
    loader.kill('SIGKILL');
    expect(await loader.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await scene.goOn();
  }
  scene.start();
  await scene.answered(windows);
  await scene.expectStanding(windows);
  expect(scene.deadLetters).toEqual([]);
});

it('SIGTERM in the middle ends well, and the next one does the rest', async () => {
  const windows = scene.days(200);
  await scene.publish(windows.map(({ record }) => record));
  const loader = scene.start();
  await scene.until(
    () => scene.told.length > 0,
    () => 'nothing is loaded',
  );
  const begun = performance.now();
  loader.kill('SIGTERM');
  expect(await loader.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(25_000);
  scene.start();
  await scene.answered(windows);
  await scene.expectStanding(windows);
});

it('connections that Postgres ends, all the time: nothing lost, nothing doubled, the process lives', async () => {
  const windows = scene.days(200);
  const loader = scene.start('topic', { RDS_LOADER_TRANSACTION_BYTES: '300000' });
  await loader.ready();
  await scene.publish(windows.map(({ record }) => record));
  let cut = 0;
  let pauseMs = 60;
  await scene.until(
    async () => {
      cut += await scene.database.cutConnections();
      await new Promise((resolve) => setTimeout(resolve, (pauseMs *= 1.15)));
      return new Set(scene.told.map(({ data }) => ('window' in data ? data.window.id : ''))).size === windows.length;
    },
    () => 'not all windows are answered',
    150_000,
  );
  expect(cut).toBeGreaterThan(3);
  await scene.expectStanding(windows);
  expect(scene.deadLetters).toEqual([]);
  await loader.ready();
});

describe('behind a gate', () => {
  let gate: TcpGate;
  beforeEach(async () => {
    const { hostname, port } = new URL(scene.database.url);
    gate = await TcpGate.before(hostname, Number(port));
  });
  afterEach(() => gate.close());

  const throughGate = (): Record<string, string> => {
    const url = new URL(scene.database.url);
    url.port = String(gate.port);
    return { POSTGRES_URL: url.href };
  };

  it('Postgres away, at the start and later: it waits, says why, and goes on', async () => {
    const [first, second] = scene.days(2);
    gate.shut();
    const loader = scene.start('topic', throughGate());
    await scene.publish([first!.record]);
    const why = async (): Promise<string> => (await loader.get('/health/ready')).text;
    await scene.until(
      async () => /"check":"postgres"/.test(await why().catch(() => '')),
      () => 'it does not say that Postgres is away',
    );
    expect((await loader.get('/health/live')).status).toBe(200);
    expect(scene.told).toEqual([]);
    gate.reopen();
    await scene.answered([first!]);
    await loader.ready();
    gate.shut();
    await scene.publish([second!.record]);
    await scene.until(
      async () => /wait to try again/.test(await why()),
      () => 'it does not say that it tries again',
    );
    gate.reopen();
    await scene.answered([second!]);
    await loader.ready();
    await scene.expectStanding([first!, second!]);
  });

  it('a COMMIT whose answer is lost stands once, and is told', async () => {
    const [telling] = scene.days(1);
    let swallowed = 0;
    gate.onAnswer = (bytes) => {
      if (swallowed > 0 || !bytes.includes('COMMIT')) return 'pass';
      swallowed += 1;
      return 'cut';
    };
    scene.start('topic', throughGate());
    await scene.publish([telling!.record]);
    await scene.answered([telling!]);
    expect(swallowed).toBe(1);
    expect(scene.told).toMatchObject([{ type: 'rds.loaded', data: { outcome: 'unchanged', row_count: 700 } }]);
    await scene.expectStanding([telling!]);
  });
});

it('two members of the group share the work and end as one would', async () => {
  const windows = scene.days(60);
  const better = scene.days(60, { collectedAt: '2024-01-01T00:00:00Z', telling: 'better', content: 'better' });
  const [one] = [scene.start(), scene.start()];
  await one.ready();
  await scene.publish([...windows, ...better, ...windows].map(({ record }) => record));
  await scene.answered(better);
  await scene.answered(windows, 'any answer');
  await scene.expectStanding(better);
});

it('a missing setting stops the start with its name', async () => {
  const misled = new ServiceProcess('rds-loader', { KAFKA_BROKERS: '127.0.0.1:9' });
  expect(await misled.exited).toEqual({ code: 1, signal: null });
  expect(misled.output).toBe('setting POSTGRES_URL: is missing\n');
});

it('a wrong password ends the process, which says so', async () => {
  const url = new URL(scene.database.url);
  url.password = 'wrong';
  const loader = scene.start('topic', { POSTGRES_URL: url.href, KAFKA_BROKERS: testStack().kafka.brokers.join(',') });
  const [telling] = scene.days(1);
  await scene.publish([telling!.record]);
  expect((await loader.exited).code).toBe(1);
  expect(loader.output).toMatch(/ELIAS_POSTGRES_FORBIDDEN|refuses access \(28P01\)/);
  expect(loader.output).not.toContain('wrong@');
});
