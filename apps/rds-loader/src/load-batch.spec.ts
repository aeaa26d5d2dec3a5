import { decodeEvent } from '@elias/contracts';
import type { ControlEvent, EncodedRecord } from '@elias/contracts';
import { KafkaUnavailableError, RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { PostgresDataError, PostgresUnavailableError } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { InMemoryWindowStore } from './in-memory-window-store.js';
import { LoadBatch } from './load-batch.js';
import { LoadWindowRecords } from './load-window-records.js';
import { LoadWindows } from './load-windows.js';
import { LoaderMetrics } from './loader-metrics.js';

const a = madeTelling({ telling: 'a', day: '2023-12-01' });
const better = madeTelling({ telling: 'better', day: '2023-12-01', collectedAt: '2023-12-03T00:00:00Z' });
const other = madeTelling({ telling: 'other', day: '2023-12-02' });

const logger = createLogger({ app: 'test', level: 'silent' });

const consumed = ({ record: { key, headers }, csv }: MadeTelling, offset: number, value: Buffer | null = csv): ConsumedRecord => ({
  topic: 'elias.windows.candles.v1',
  partition: 0,
  offset: String(offset),
  key,
  value,
  headers,
  timestampMs: 0,
});

function setUp(store = new InMemoryWindowStore()) {
  const log: string[] = [];
  const events: ControlEvent[] = [];
  const traces: (string | undefined)[] = [];
  const kafka = { away: false, current: true };
  const sink = {
    send: (records: readonly EncodedRecord[]): Promise<void> => {
      if (kafka.away) return Promise.reject(new KafkaUnavailableError('send', undefined));
      for (const { value, headers } of records) {
        const decoded = decodeEvent({ value: Buffer.from(value), headers });
        traces.push(headers['traceparent']);
        if (decoded.kind === 'ok') events.push(decoded.value);
      }
      log.push(`told ${records.length}`);
      return Promise.resolve();
    },
  };
  const logged = {
    load: async (...args: Parameters<InMemoryWindowStore['load']>) => {
      const outcomes = await store.load(...args);
      log.push(`loaded ${args[0].length}`);
      return outcomes;
    },
    revoke: (...args: Parameters<InMemoryWindowStore['revoke']>) => store.revoke(...args),
  };
  const metrics = new Metrics();
  const counts = new LoaderMetrics(metrics);
  const loader = new LoadWindowRecords(
    new LoadBatch({ windows: new LoadWindows(logged), events: sink, source: 'topic', metrics: counts, logger }),
    1e6,
    counts,
  );
  const run = (records: ConsumedRecord[]): Promise<void> =>
    loader.run(
      new RecordBatch({
        topic: records[0]!.topic,
        partition: 0,
        records,
        isCurrent: () => kafka.current,
        deadLetter: (record, reason) => {
          log.push(`dead letter ${record.offset} ${reason}`);
          return Promise.resolve();
        },
      }),
    );
  return { log, events, traces, kafka, run, metrics, store };
}

it('loads, then tells, then puts the bad aside', async () => {
  const { log, events, run, metrics } = setUp();
  await run([consumed(a, 0), { ...consumed(other, 1), value: Buffer.from('not it') }, consumed(better, 2)]);
  expect(log).toEqual(['loaded 2', 'told 3', 'dead letter 1 wrong-hash']);
  expect(events.map(({ type }) => type)).toEqual(['rds.superseded', 'rds.loaded', 'rds.failed']);
  expect(events[0]!.data).toMatchObject({
    request_id: a.facts.requestId,
    by: { collection_id: better.facts.revision.collectionId },
    source: 'topic',
  });
  expect(events[1]!.data).toMatchObject({ outcome: 'replaced', row_count: 3, csv_sha256: better.facts.csvSha256 });
  expect(events[2]!.data).toMatchObject({ window_id: 'candles/60/BTC-USD/2023-12-02', reason: 'wrong-hash', load_error: null });
  expect(await metrics.text()).toMatch(/windows_total\{outcome="refused"\} 1/);
  expect(await metrics.text()).toMatch(/elias_rds_loader_rows_total 3/);
});

it('hands the trace of each window on', async () => {
  const { traces, run } = setUp();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const traced = consumed(a, 0);
  await run([{ ...traced, headers: { ...traced.headers, traceparent } }, consumed(other, 1)]);
  expect(traces).toEqual([traceparent, undefined]);
});

it('tells again when records come again', async () => {
  const { events, run } = setUp();
  await run([consumed(a, 0)]);
  await run([consumed(a, 0)]);
  expect(events.map(({ data }) => 'outcome' in data && data.outcome)).toEqual(['replaced', 'unchanged']);
});

it('tells nothing once the partition is someone else’s', async () => {
  const { log, kafka, run } = setUp();
  kafka.current = false;
  await run([consumed(a, 0), { ...consumed(other, 1), value: Buffer.from('not it') }]);
  expect(log).toEqual(['loaded 1']);
});

it('is to be repeated when the answers could not be told: windows stand, and are told then', async () => {
  const { events, kafka, run, store } = setUp();
  kafka.away = true;
  await expect(run([consumed(a, 0)])).rejects.toThrow(KafkaUnavailableError);
  expect(store.ledger.size).toBe(1);
  kafka.away = false;
  await run([consumed(a, 0)]);
  expect(events).toMatchObject([{ type: 'rds.loaded', data: { outcome: 'unchanged' } }]);
});

it('tells nothing when the store is away', async () => {
  const away = new PostgresUnavailableError('57P01', undefined);
  const { log, run } = setUp(
    new InMemoryWindowStore(() => {
      throw away;
    }),
  );
  await expect(run([consumed(a, 0), { ...consumed(other, 1), value: Buffer.from('not it') }])).rejects.toBe(away);
  expect(log).toEqual([]);
});

it('takes windows one by one after a refusal; the bad one is put aside with the line that the store named', async () => {
  const refusing = new InMemoryWindowStore(({ facts }) => {
    if (facts.csvSha256 === a.facts.csvSha256)
      throw new PostgresDataError({
        message: 'duplicate key',
        code: '23505',
        detail: 'Key (…) exists.',
        where: 'COPY candles, line 3',
        column: undefined,
      });
  });
  const { log, events, run, store } = setUp(refusing);
  await run([consumed(a, 0), consumed(other, 1)]);
  expect(log).toEqual(['loaded 1', 'told 2', 'dead letter 0 refused-by-store']);
  expect(events[0]).toMatchObject({
    type: 'rds.failed',
    data: {
      reason: 'refused-by-store',
      load_error: { file: 'elias.windows.candles.v1[0]@0', line: 3, reason: 'duplicate key: Key (…) exists.' },
    },
  });
  expect(events[1]).toMatchObject({ type: 'rds.loaded', data: { window: { id: 'candles/60/BTC-USD/2023-12-02' } } });
  expect([...store.ledger.keys()]).toEqual(['candles/60/BTC-USD/2023-12-02']);
});

it('counts null values and changes nothing', async () => {
  const { log, run, metrics, store } = setUp();
  await run([consumed(a, 0)]);
  const before = new Map(store.rows);
  await run([consumed(a, 1, null)]);
  expect(store.rows).toEqual(before);
  expect(log).toEqual(['loaded 1', 'told 1']);
  expect(await metrics.text()).toMatch(/elias_rds_loader_null_records_total 1/);
});
