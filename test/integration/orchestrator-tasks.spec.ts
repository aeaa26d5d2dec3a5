import { encodeEvent, revisionToWire } from '@elias/contracts';
import type { ControlEvent, EventData } from '@elias/contracts';
import type { OutgoingRecord } from '@elias/kafka';
import { KafkaUnavailableError } from '@elias/kafka';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { ReleaseRequests } from '../../apps/orchestrator/src/tasks/release-requests.js';
import { RunControlStore } from '../../apps/orchestrator/src/runs/run-control-store.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import { SendOutbox } from '../../apps/orchestrator/src/tasks/send-outbox.js';
import { LedgerReads } from '../../apps/orchestrator/src/backfill/ledger-reads.js';
import { StartRun } from '../../apps/orchestrator/src/runs/start-run.js';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { tasksOf } from '../support/run-tasks.js';
import { stageAnswers } from '../support/stage-answers.js';
import type { StageAnswers } from '../support/stage-answers.js';
import { testStack } from '../support/stack.js';

const DEADLINE_MS = 3_600_000;
const logger = createLogger({ app: 'test', level: 'silent' });
const day = { granularity: 60, products: ['BTC-USD'], from: '2023-12-01T00:00:00Z', to: '2023-12-02T00:00:00Z', origin: 'scheduled' };
const windowId = 'candles/60/BTC-USD/2023-12-01';

let database: FreshDatabase;
let postgres: Postgres;
let store: RunStore;

beforeAll(async () => {
  database = await freshDatabase(testStack().postgres);
  await migratePostgres(database.url, logger);
  postgres = new Postgres({ url: database.url, applicationName: 'test', poolSize: 6, logger });
  store = new RunStore(postgres);
});
beforeEach(() => postgres.query('TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts, pipeline.outbox'));
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

const start = (body: object = day): Promise<string> =>
  new StartRun(
    store,
    new RunControlStore(),
    { productIds: () => Promise.resolve(null) },
    new LedgerReads(postgres),
    Date.now,
    DEADLINE_MS,
    0,
  )
    .run(body)
    .then(({ runId }) => runId);
const release = (backfillWindowsMax = 10): Promise<number> => new ReleaseRequests(store, backfillWindowsMax, Date.now).run();
const record = (events: ControlEvent[]): Promise<void> => new RecordFacts(store).run(events);

async function sent(): Promise<EventData<'collection.requested'>[]> {
  const records: OutgoingRecord[] = [];
  const producer = { send: (batch: OutgoingRecord[]) => Promise.resolve(records.push(...batch)) };
  while ((await new SendOutbox(store, producer).run()) > 0);
  return records.map(({ value }) => JSON.parse(String(value)) as EventData<'collection.requested'>);
}

/** The events that the window's whole way gives, for one collection. */
const wholeWay = (requestId: string, runId: string, collectionId: string, unknown = 0): StageAnswers =>
  stageAnswers({ window_id: windowId, request_id: requestId, run_id: runId }, collectionId, unknown);
const collection = (n: number): string => `018c2a00-0000-7000-8000-${String(n).padStart(12, '0')}`;

it('asks for each window once, though two orchestrators release and send at the same time', async () => {
  const runId = await start({ ...day, products: ['BTC-USD', 'ETH-USD', 'SOL-USD'] });
  const released = await Promise.all([release(), release(), release()]);
  expect(released.reduce((sum, n) => sum + n)).toBe(3);
  const requests = (await Promise.all([sent(), sent()])).flat();
  expect(requests.map(({ window }) => window.product_id).sort()).toEqual(['BTC-USD', 'ETH-USD', 'SOL-USD']);
  expect(requests.every((request) => request.run_id === runId && request.attempt === 1 && request.best_known === null)).toBe(true);
  expect(await release()).toBe(0);
});

it('keeps a request in the outbox while Kafka is away', async () => {
  await start();
  await release();
  const away = { send: () => Promise.reject(new KafkaUnavailableError('send', new Error('away'))) };
  await expect(new SendOutbox(store, away).run()).rejects.toThrow(KafkaUnavailableError);
  expect(await sent()).toHaveLength(1);
});

it('takes the same run twice for one by its key', async () => {
  const body = { ...day, idempotency_key: 'daily-2023-12-01' };
  const [first, second] = await Promise.all([start(body), start(body)]);
  expect(second).toBe(first);
  expect(await tasksOf(postgres, first)).toHaveLength(1);
});

it('answers a repeat without asking the exchange which products it has', async () => {
  const body = { ...day, idempotency_key: 'asked-before' };
  const first = await start(body);
  const catalog = { productIds: () => Promise.reject(new Error('the exchange was asked')) };
  const again = new StartRun(store, new RunControlStore(), catalog, new LedgerReads(postgres), Date.now, DEADLINE_MS, 0);
  expect(await again.run(body)).toEqual({ runId: first, created: false });
  await expect(again.run({ ...body, idempotency_key: 'new' })).rejects.toThrow('the exchange was asked');
});

it('meters backfills and never lets the day wait behind one', async () => {
  const backfill = await start({ ...day, origin: 'backfill', to: '2023-12-11T00:00:00Z' });
  expect(await release(4)).toBe(4);
  expect(await release(4)).toBe(0);
  await start({ ...day, from: '2023-12-20T00:00:00Z', to: '2023-12-21T00:00:00Z' });
  expect(await release(4)).toBe(1);
  const [request] = (await sent()).filter((r) => r.run_id === backfill && r.window.id === windowId);
  await record([wholeWay(request!.request_id, backfill, collection(1)).collected]);
  expect(await release(4)).toBe(1);
});

it('moves a task by facts in any order, doubled and in parallel, to the same end', async () => {
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
  ]) {
    await postgres.query('TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts, pipeline.outbox');
    const runId = await start();
    await release();
    const [request] = await sent();
    const events = Object.values(wholeWay(request!.request_id, runId, collection(1)));
    await Promise.all(order.flatMap((i) => [record([events[i]!]), record([events[i]!])]));
    const [task] = await tasksOf(postgres, runId);
    expect(task).toMatchObject({
      state: 'succeeded',
      next_request_at: null,
      stages: { collect: 'done', archive: 'done', load_warehouse: 'done', load_rds: 'done' },
    });
  }
});

it('asks again for a partial window with its best sealed revision, after the wait', async () => {
  const runId = await start();
  await release();
  const [request] = await sent();
  await record(Object.values(wholeWay(request!.request_id, runId, collection(1), 1)));
  const [task] = await tasksOf(postgres, runId);
  expect(task).toMatchObject({ state: 'partial' });
  const waitMs = task!.next_request_at!.getTime() - Date.now();
  expect(waitMs).toBeGreaterThan(50_000);
  expect(waitMs).toBeLessThanOrEqual(60_000);
  expect(await release()).toBe(0);
  await postgres.query('UPDATE pipeline.tasks SET next_request_at = now()');
  expect(await release()).toBe(1);
  const [again] = await sent();
  expect(again).toMatchObject({ attempt: 2, best_known: { unknown: 1, collection_id: collection(1) } });
  await record(Object.values(wholeWay(again!.request_id, runId, collection(2))));
  expect((await tasksOf(postgres, runId))[0]).toMatchObject({ state: 'succeeded', next_request_at: null });
});

it('asks at once for another telling when the archiver refused one', async () => {
  const runId = await start();
  await release();
  const [request] = await sent();
  const { collected } = wholeWay(request!.request_id, runId, collection(1));
  const failed: EventData<'archive.failed'> = {
    request_id: request!.request_id,
    run_id: runId,
    window_id: windowId,
    revision: revisionToWire({ unknown: 0, open: 0, collectedAtMs: Date.parse('2023-12-02T00:15:00Z'), collectionId: collection(1) }),
    reason: 'wrong-hash',
    detail: 'the CSV is not what its header says',
    source: { topic: 't', partition: 0, offset: '0' },
  };
  expect(encodeEvent('archive.failed', failed, 'archiver').key).toBe(windowId);
  await record([collected, { type: 'archive.failed', data: failed }]);
  expect((await tasksOf(postgres, runId))[0]).toMatchObject({ state: 'running', problem: { reason: 'wrong-hash' } });
  expect(await release()).toBe(1);
  expect(await sent()).toMatchObject([{ attempt: 2, best_known: null }]);
});
