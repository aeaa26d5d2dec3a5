import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterTopic } from '@elias/contracts';
import { alarmsAnswer, deadLettersAnswer, lagsAnswer, servicesAnswer } from '../../apps/orchestrator/src/pipeline/service-answers.js';
import type { Alarm, DeadLetters, ServiceView } from '../../apps/orchestrator/src/pipeline/service-answers.js';
import { ApiScene } from '../support/api-scene.js';
import { madeId } from '../support/made-telling.js';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { KafkaFixture, uniqueName } from './kafka-fixtures.js';

const kafka = new KafkaFixture(testStack().kafka.brokers);
const group = uniqueName('api-collector');
const WINDOW = 'candles/60/AAA-USD/2023-12-01';
/** what the archiver of this test says of itself */
let archiver = { status: 200, body: {} as object };
const server = createServer((request, response) => {
  const body = request.url === '/health/live' ? { app: 'exchange-simulator', live: true } : archiver.body;
  response
    .writeHead(request.url === '/health/live' ? 200 : archiver.status, { 'content-type': 'application/json' })
    .end(JSON.stringify(body));
});
let scene: ApiScene;

const services = async (): Promise<ServiceView[]> => servicesAnswer.parse((await scene.get('/services')).json).services;
const alarms = async (): Promise<Alarm[]> => alarmsAnswer.parse((await scene.get('/alarms')).json).alarms;
const named = (all: readonly ServiceView[], name: string): ServiceView => all.find((one) => one.name === name)!;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  scene = await ApiScene.open({
    EXCHANGE_URL: url,
    ORCHESTRATOR_SERVICE_URLS: `archiver=${url},collector=http://127.0.0.1:9`,
    ORCHESTRATOR_SERVICE_GROUPS: `collector=${group}`,
  });
});
afterAll(async () => {
  await scene.close();
  await kafka.close();
  server.close();
});

it('each service says how it is; those that are not known, or do not answer, are told apart', async () => {
  archiver = { status: 503, body: { app: 'archiver', ready: false, reasons: [{ check: 'kafka', reason: 'no broker answers' }] } };
  scene.readiness.add('postgres', () => null);
  const { json } = await scene.get('/services');
  expect(servicesAnswer.parse(json).services.map(({ name, health, reasons }) => [name, health, ...reasons])).toEqual([
    ['orchestrator', 'ready'],
    ['collector', 'unreachable', 'it does not answer'],
    ['archiver', 'not_ready', 'kafka: no broker answers'],
    ['warehouse-loader', 'unknown'],
    ['rds-loader', 'unknown'],
    ['transformer', 'unknown'],
  ]);
  expect(json['exchange']).toEqual({ url_kind: 'simulator' });
  expect((await alarms()).map(({ severity, kind, text }) => ({ severity, kind, text }))).toEqual([
    { severity: 'error', kind: 'service_unreachable', text: 'collector does not answer' },
    { severity: 'error', kind: 'service_not_ready', text: 'archiver is not ready: kafka: no broker answers' },
  ]);
  archiver = { status: 200, body: { app: 'archiver', ready: true, reasons: [] } };
  await until(
    async () => named(await services(), 'archiver').health === 'ready',
    10_000,
    () => 'the archiver is not seen to be ready again',
  );
});

it('a gateway is told of where its address is known', async () => {
  const other = await ApiScene.open({ ORCHESTRATOR_SERVICE_URLS: 'gateway=http://127.0.0.1:9' });
  try {
    const told = servicesAnswer.parse((await other.get('/services')).json).services;
    expect(named(told, 'gateway')).toMatchObject({ health: 'unreachable', lag: 0, rate_per_minute: 0, last_event_at: null });
    expect((await services()).map(({ name }) => name)).not.toContain('gateway');
  } finally {
    await other.close();
  }
});

it('what was told in the last minute is a rate', async () => {
  await scene.tell(WINDOW, madeId('rate'));
  await scene.postgres.query(`UPDATE pipeline.facts SET recorded_at = now() - interval '2 minutes' WHERE stage = 'rds_loaded'`);
  await until(
    async () => named(await services(), 'archiver').rate_per_minute === 1,
    10_000,
    () => 'no rate is told',
  );
  const all = await services();
  expect(all.map(({ name, rate_per_minute }) => `${name} ${rate_per_minute}`)).toEqual([
    ...['orchestrator 0', 'collector 1', 'archiver 1', 'warehouse-loader 1', 'rds-loader 0', 'transformer 0'],
  ]);
  expect(Date.now() - Date.parse(named(all, 'rds-loader').last_event_at!)).toBeGreaterThan(110_000);
  expect(named(all, 'transformer').last_event_at).toBeNull();
});

it('lags and dead letters of the groups, as Kafka has them', async () => {
  expect(lagsAnswer.parse((await scene.get('/lags')).json)).toEqual({ lags: [] });
  const topic = await kafka.topic('api', { partitions: 2 });
  await kafka.client.ask('offsets', (admin) => admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '0' }] }));
  await kafka.produce(topic, 3);
  const letters = deadLetterTopic(group).name;
  await kafka.client.ask('topic', (admin) => admin.createTopics({ topics: [{ topic: letters, numPartitions: 1 }] }));
  await kafka.produce(letters, 2);
  await until(
    async () => lagsAnswer.parse((await scene.get('/lags')).json).lags[0]?.lag === 3,
    10_000,
    () => 'no lag is told',
  );
  expect((await scene.get('/lags')).json).toEqual({
    lags: [{ group, service: 'collector', topic, lag: 3, oldest_partition_lag: 3, members: 0 }],
  });
  await until(
    async () => deadLettersAnswer.parse((await scene.get('/dead-letters')).json).dead_letters.length === 1,
    10_000,
    () => 'no dead letter is told',
  );
  const told = async (): Promise<DeadLetters['dead_letters'][number]> =>
    deadLettersAnswer.parse((await scene.get('/dead-letters')).json).dead_letters[0]!;
  const first = await told();
  expect(first).toMatchObject({ topic: letters, group, count: 2, newest_at: first.oldest_at });
  expect(Math.abs(Date.parse(first.oldest_at!) - Date.now())).toBeLessThan(10_000);
  await sleep(1_500);
  await kafka.produce(letters, 1);
  await until(
    async () => (await told()).count === 3,
    10_000,
    () => 'the third dead letter is not told',
  );
  const all = await told();
  expect([all.oldest_at, all.newest_at! > first.newest_at!]).toEqual([first.oldest_at, true]);
  await until(
    async () =>
      (await alarms()).some(({ kind, since }) => kind === 'dead_letters' && since === all.oldest_at) &&
      named(await services(), 'collector').lag === 3,
    10_000,
    () => "the dead letters are no alarm, or the lag is not the service's",
  );
  // somebody deals with two of them; what is said of offsets that the topic does not hold means nothing
  await scene.postgres.query(
    `INSERT INTO pipeline.settled_letters (topic, partition, record_offset, settled_as)
     VALUES ($1, 0, 0, 'dropped'), ($1, 0, 2, 'redriven'), ('elias.dlq.another.v1', 0, 1, 'dropped')`,
    [letters],
  );
  await until(
    async () => (await told()).count === 1,
    10_000,
    () => 'letters that are settled are counted',
  );
});

it('failed and late runs and bad checks of a week are alarms, the newest first', async () => {
  const [failed, late, old, cancelled] = ['failed', 'late', 'old', 'cancelled'].map(madeId) as [string, string, string, string];
  await scene.run({ runId: failed, windows: [WINDOW, 'candles/60/BBB-USD/2023-12-01'], state: 'failed' });
  for (const runId of [late, old]) await scene.run({ runId, windows: [WINDOW], state: 'running' });
  await scene.run({ runId: cancelled, windows: [WINDOW], state: 'failed' });
  await scene.postgres.query(`UPDATE pipeline.tasks SET state = 'succeeded' WHERE run_id = $1 AND window_id = $2`, [failed, WINDOW]);
  await scene.postgres.query(`UPDATE pipeline.runs SET ended_at = now() - interval '1 hour', date = '2023-12-01' WHERE run_id = $1`, [
    failed,
  ]);
  await scene.postgres.query(`UPDATE pipeline.runs SET late_at = now() WHERE run_id = $1`, [late]);
  await scene.postgres.query(`UPDATE pipeline.runs SET late_at = now(), created_at = now() - interval '8 days' WHERE run_id = $1`, [old]);
  await scene.postgres.query(`UPDATE pipeline.runs SET ended_at = now(), cancelled_at = now() WHERE run_id = $1`, [cancelled]);
  await scene.postgres.query(
    `INSERT INTO pipeline.checks (date, name, product_id, outcome, detail, run_id, checked_at) VALUES
       (now()::date, 'volume', 'AAA-USD', 'warned', '{}', $1, now() - interval '2 hours'),
       (now()::date, 'coverage', '_all', 'failed', '{}', $1, now() - interval '3 hours'),
       (now()::date, 'freshness', '_all', 'passed', '{}', $1, now())`,
    [failed],
  );
  const well = madeId('late and well');
  await scene.run({ runId: well, windows: [WINDOW] });
  await scene.postgres.query('UPDATE pipeline.runs SET late_at = now(), ended_at = now() WHERE run_id = $1', [well]);
  let told: Alarm[] = [];
  await until(
    async () => {
      told = (await alarms()).filter(({ kind }) => kind.startsWith('run_') || kind.startsWith('check_'));
      return told.length > 0;
    },
    10_000,
    () => 'no alarm is told',
  );
  const today = new Date().toISOString().slice(0, 10);
  expect(told.map(({ since: _, ...alarm }) => alarm)).toEqual([
    { severity: 'warning', kind: 'run_late', text: 'A run is late', run_id: late, date: null, product_id: null },
    {
      ...{ severity: 'error', kind: 'run_failed', text: 'The run of 2023-12-01 failed: 1 of 2 windows' },
      ...{ run_id: failed, date: '2023-12-01', product_id: null },
    },
    {
      ...{ severity: 'warning', kind: 'check_warned', text: `Check volume of ${today} warned for AAA-USD` },
      ...{ run_id: failed, date: today, product_id: 'AAA-USD' },
    },
    {
      ...{ severity: 'error', kind: 'check_failed', text: `Check coverage of ${today} failed` },
      ...{ run_id: failed, date: today, product_id: null },
    },
  ]);
});

it.each(['/services?x=1', '/lags?group=a', '/dead-letters?x', '/alarms?since=1'])('%s takes no field', async (url) => {
  expect(await scene.get(url)).toMatchObject({ status: 400, type: 'application/problem+json' });
});
