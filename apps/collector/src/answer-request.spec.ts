import { readdirSync } from 'node:fs';
import { checkWindowCsv } from '@elias/archive';
import type { EncodedRecord, EventData } from '@elias/contracts';
import { decodeEvent, decodeWindowFacts, decodeWindowPart, windowToWire } from '@elias/contracts';
import { KafkaUnavailableError, RecordBatch, RecordRefusedError } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { parseWindowId } from '@elias/market-data';
import { createLogger, Metrics } from '@elias/telemetry';
import { ExchangeUnavailableError } from '@elias/coinbase';
import { v7 as uuidv7 } from 'uuid';
import { AnswerRequest } from './answer-request.js';
import { CollectWindow } from './collect-window.js';
import { CollectorMetrics } from './collector-metrics.js';
import { InMemoryExchange } from './test-exchange.js';
import { REQUEST_ID, requestFor, requestRecord, RUN_ID, scratchFolder } from './test-requests.js';
import { UntilDone } from './until-done.js';

const ID = 'candles/60/BTC-USD/2023-12-01';
const AFTER_MS = Date.UTC(2023, 11, 2, 0, 15);
const logger = createLogger({ app: 'test', level: 'silent' });
const scratch = scratchFolder();
afterAll(() => scratch.remove());

let exchange: InMemoryExchange;
/** What happened, in order. */
let effects: string[];
let sent: EncodedRecord[];
let faults: Error[];

beforeEach(() => {
  exchange = new InMemoryExchange(AFTER_MS);
  effects = [];
  sent = [];
  faults = [];
});

const log = {
  send: (records: readonly EncodedRecord[], signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    const fault = faults.shift();
    if (fault !== undefined) return Promise.reject(fault);
    sent.push(...records);
    effects.push(...records.map(({ headers }) => headers['ce_type']!));
    return Promise.resolve();
  },
};

async function answer(record: ConsumedRecord, stop = new AbortController()): Promise<void> {
  const metrics = new CollectorMetrics(new Metrics());
  const collectWindow = new CollectWindow({
    ...{
      exchange,
      deadlineMs: 1_000,
      windowsAtOnce: 1,
      newCollectionId: uuidv7,
      snapshotLateMsMax: 21_600_000,
      spoolFolder: scratch.folder,
    },
  });
  const batch = new RecordBatch({
    topic: record.topic,
    partition: record.partition,
    records: [record],
    signal: stop.signal,
    done: () => effects.push('done'),
    deadLetter: (_record, reason) => Promise.resolve(void effects.push(`dead letter: ${reason}`)),
  });
  await new AnswerRequest({ collectWindow, log, untilDone: new UntilDone(logger), metrics, logger }).run(batch, record);
}

const lastEvent = (): unknown => {
  const { value, headers } = sent.at(-1)!;
  return decodeEvent({ value: Buffer.from(value), headers });
};
const completed = (): EventData<'collection.completed'> =>
  (lastEvent() as { value: { data: EventData<'collection.completed'> } }).value.data;

it('the window first, then the news of it, then the record is done', async () => {
  await answer(requestRecord(requestFor(ID)));
  expect(effects).toEqual(['window.collected', 'collection.completed', 'done']);
});

it('publishes one record that says all of itself', async () => {
  await answer(requestRecord(requestFor(ID, { origin: 'backfill' })));
  const { topic, key, partitionBy, headers, value } = sent[0]!;
  expect({ topic: topic.name, key, partitionBy }).toEqual({ topic: 'elias.windows.candles.v1', key: ID, partitionBy: 'BTC-USD' });
  const facts = decodeWindowFacts({ key, headers });
  if (facts.kind !== 'ok') throw new Error('no facts', { cause: facts.cause });
  expect(facts.value).toMatchObject({
    requestId: REQUEST_ID,
    runId: RUN_ID,
    origin: 'backfill',
    rowCount: 1_440,
    revision: { unknown: 0 },
  });
  expect(checkWindowCsv(Buffer.from(value), facts.value)).toMatchObject({ kind: 'ok' });
  expect(Buffer.from(value).toString().split('\n').slice(0, 2)).toEqual([
    'product_id,granularity,started_at,open,high,low,close,volume',
    'BTC-USD,60,2023-12-01T00:00:00Z,100,100,100,100,1',
  ]);
  expect(completed()).toMatchObject({
    request_id: REQUEST_ID,
    row_count: 1_440,
    csv_sha256: facts.value.csvSha256,
    published: true,
    revision: { collection_id: facts.value.revision.collectionId, collected_at: '2023-12-02T00:15:00Z' },
    coverage: { present: 1_440, no_trade: 0, unknown: 0, open: 0 },
  });
});

it('two collections of a day have the same CSV, and ids that rise', async () => {
  await answer(requestRecord(requestFor(ID)));
  await answer(requestRecord(requestFor(ID)));
  const windows = sent.filter(({ headers }) => headers['ce_type'] === 'window.collected');
  expect(Buffer.from(windows[0]!.value).equals(Buffer.from(windows[1]!.value))).toBe(true);
  const ids = windows.map(({ headers }) => headers['ce_id']!.split(':').at(-1)!);
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids[0]! < ids[1]!).toBe(true);
});

it("hands the request's trace on", async () => {
  const record = requestRecord(requestFor(ID));
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await answer({ ...record, headers: { ...record.headers, traceparent } });
  expect(sent.map(({ headers }) => headers['traceparent'])).toEqual([traceparent, traceparent]);
});

describe('beside what is best known', () => {
  const best = (unknown: number, collectedAt: string): EventData<'collection.requested'>['best_known'] => ({
    unknown,
    open: 0,
    collected_at: collectedAt,
    collection_id: '018c0000-0000-7000-8000-000000000009',
  });

  it('a worse telling is not published, but told of', async () => {
    exchange.pageAnswer = (page, answered) =>
      page.startMs === Date.UTC(2023, 11, 1) ? Promise.reject(new ExchangeUnavailableError('/x', 'deadline', 1)) : answered;
    await answer(requestRecord(requestFor(ID, { best_known: best(299, '2023-12-01T12:00:00Z') })));
    expect(effects).toEqual(['collection.completed', 'done']);
    expect(completed()).toMatchObject({ published: false, revision: { unknown: 300 }, row_count: 1_140 });
  });

  it("the exchange's rolling stats that were all told stay, those that lacked a product are replaced", async () => {
    const request = (known: object): ConsumedRecord =>
      requestRecord(requestFor('exchange_stats/_all/2023-12-01', { products: ['BTC-USD'], ...known }));
    await answer(request({ best_known: best(0, '2023-12-02T00:10:00Z') }));
    expect(completed()).toMatchObject({ published: false, row_count: 1 });
    await answer(request({ best_known: best(1, '2023-12-02T00:10:00Z') }));
    expect(completed()).toMatchObject({ published: true, row_count: 1 });
  });

  it('an older telling of the same coverage is worse', async () => {
    await answer(requestRecord(requestFor(ID, { best_known: best(0, '2023-12-03T00:00:00Z') })));
    expect(completed()).toMatchObject({ published: false });
  });

  it('a better telling is published', async () => {
    await answer(requestRecord(requestFor(ID, { best_known: best(1, '2023-12-03T00:00:00Z') })));
    expect(effects).toEqual(['window.collected', 'collection.completed', 'done']);
    expect(completed()).toMatchObject({ published: true });
  });
});

it.each([
  ['a product that nobody knows', () => exchange.products.clear(), 'unknown_product', 'dead letter: unknown-product'],
  [
    'a window of the future',
    () => (exchange.nowMs = exchange.knownNowMs = Date.UTC(2023, 10, 1)),
    'bad_request',
    'dead letter: bad-request',
  ],
])('%s: told to who asked, then put aside', async (_name, arrange, reason, last) => {
  arrange();
  await answer(requestRecord(requestFor(ID, { attempt: 2 })));
  expect(effects).toEqual(['collection.failed', last]);
  expect(lastEvent()).toMatchObject({ value: { data: { request_id: REQUEST_ID, attempt: 2, permanent: true, reason } } });
});

it('a request that cannot be served is told of where it says who asked', async () => {
  const record = requestRecord(requestFor(ID));
  const wrong = { ...requestFor(ID), window: { ...requestFor(ID).window, granularity: 120 } };
  await answer({ ...record, value: Buffer.from(JSON.stringify(wrong)) });
  expect(effects).toEqual(['collection.failed', 'dead letter: bad-request']);
  effects = [];
  await answer({ ...record, value: Buffer.from('{') });
  expect(effects).toEqual(['dead letter: not-json']);
});

it('an exchange that is away is told of as passing', async () => {
  exchange.pageAnswer = () => Promise.reject(new ExchangeUnavailableError('/x', 'exchange_unavailable', 9, new Error('status 503')));
  await answer(requestRecord(requestFor(ID)));
  expect(effects).toEqual(['collection.failed', 'done']);
  expect(lastEvent()).toMatchObject({
    value: { data: { permanent: false, reason: 'exchange_unavailable', detail: expect.stringContaining('status 503') as string } },
  });
});

it('waits for Kafka with what it has in hand', async () => {
  faults = [new KafkaUnavailableError('send', 'away'), new KafkaUnavailableError('send', 'away')];
  await answer(requestRecord(requestFor(ID)));
  expect(effects).toEqual(['window.collected', 'collection.completed', 'done']);
  expect(exchange.asked).toHaveLength(5);
});

it('a window that Kafka refuses does not stop its partition', async () => {
  faults = [new RecordRefusedError(['elias.windows.candles.v1'], 'MESSAGE_TOO_LARGE')];
  await answer(requestRecord(requestFor(ID)));
  expect(effects).toEqual(['collection.failed', 'done']);
  expect(lastEvent()).toMatchObject({ value: { data: { permanent: true, reason: 'does_not_fit' } } });
});

it('tells nothing once the partition may be somebody else’s', async () => {
  const stop = new AbortController();
  exchange.pageAnswer = (_page, answered) => {
    stop.abort(new Error('joined anew'));
    return answered;
  };
  await expect(answer(requestRecord(requestFor(ID)), stop)).rejects.toThrow('joined anew');
  expect(effects).toEqual([]);
});

it('a window of trades travels in parts, all of them before the news of it, and leaves nothing on disk', async () => {
  const window = parseWindowId('trades/BTC-USD/2023-12-01T13');
  exchange.tape = Array.from({ length: 40_000 }, (_, i) => {
    const tradedAtMs = window.fromMs + i * 90 - 1_000;
    return { tradeId: 1 + i, tradedAtMs, side: 'buy' as const, price: '37812.45', size: '0.00123456' };
  });
  await answer(requestRecord(requestFor('trades/BTC-USD/2023-12-01T13', { window: windowToWire(window) })));
  const records = sent.filter(({ topic }) => topic.name === 'elias.windows.trades.v1');
  expect(records.length).toBeGreaterThan(2);
  expect(effects).toEqual([...records.map(() => 'window.collected'), 'collection.completed', 'done']);
  const csv = Buffer.concat(records.map(({ value }) => Buffer.from(value)));
  for (const [part, record] of records.entries()) {
    const facts = decodeWindowPart(record);
    if (facts.kind !== 'ok') throw facts.cause;
    expect(facts.value).toMatchObject({ part, parts: records.length, csvSha256: completed().csv_sha256, requestId: REQUEST_ID });
    expect(checkWindowCsv(csv, facts.value)).toEqual({ kind: 'ok', value: { rows: completed().row_count } });
    expect(record.value.length).toBeLessThanOrEqual(1_048_576);
    expect(record.value.at(-1)).toBe('\n'.charCodeAt(0));
  }
  expect(readdirSync(scratch.folder)).toEqual([]);
});
