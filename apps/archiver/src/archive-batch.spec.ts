import { archiveKey, csvSha256 } from '@elias/archive';
import { decodeEvent, encodeWindowRecord, WINDOW_HEADER } from '@elias/contracts';
import type { ControlEvent, EncodedRecord } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { ObjectStoreUnavailableError } from '@elias/object-store';
import { createLogger, Metrics } from '@elias/telemetry';
import type { MadeWindow } from '../../../test/support/made-window.js';
import { madeWindow } from '../../../test/support/made-window.js';
import { ArchiveBatch } from './archive-batch.js';
import type { ArchiveEvents } from './archive-events.js';
import { ArchiveWindow } from './archive-window.js';
import { ArchiverMetrics } from './archiver-metrics.js';
import { InMemoryArchiveStore } from './in-memory-archive-store.js';

class KeptEvents implements ArchiveEvents {
  readonly calls: EncodedRecord[][] = [];
  fault: Error | undefined;
  constructor(private readonly log: string[]) {}
  async announce(events: EncodedRecord[]): Promise<void> {
    const { fault } = this;
    this.fault = undefined;
    if (fault !== undefined) throw fault;
    this.log.push(`announced ${events.length}`);
    this.calls.push(events);
  }
  get told(): ControlEvent[] {
    return this.calls.flat().map(({ value, headers }) => {
      const decoded = decodeEvent({ value: Buffer.from(value), headers });
      if (decoded.kind !== 'ok') throw decoded.cause;
      return decoded.value;
    });
  }
}

let log: string[];
let store: InMemoryArchiveStore;
let events: KeptEvents;
let metrics: Metrics;
let archive: ArchiveBatch;
beforeEach(() => {
  log = [];
  store = new InMemoryArchiveStore();
  events = new KeptEvents(log);
  metrics = new Metrics();
  archive = new ArchiveBatch({
    archive: new ArchiveWindow(store, ''),
    events,
    metrics: new ArchiverMetrics(metrics),
    logger: createLogger({ app: 'archiver', level: 'silent' }),
    windowsAtOnce: 3,
  });
});

function recordOf({ facts, csv }: MadeWindow, offset: number, change: Partial<ConsumedRecord> = {}): ConsumedRecord {
  const { key, headers } = encodeWindowRecord(facts, csv, 'collector');
  return { topic: 'elias.windows.candles.v1', partition: 5, offset: String(offset), key, value: csv, headers, timestampMs: 0, ...change };
}

function batchOf(records: ConsumedRecord[], controller = new AbortController()): RecordBatch {
  return new RecordBatch({
    topic: 'elias.windows.candles.v1',
    partition: 5,
    records,
    signal: controller.signal,
    done: ({ offset }) => void log.push(`done ${offset}`),
    deadLetter: async ({ offset }, reason) => void log.push(`dead letter ${offset} ${reason}`),
  });
}

const days = [1, 2, 3, 4, 5].map((day) => madeWindow({ at: `2023-12-0${day}T00:00:00Z` }));

it('stores all, announces them in one send, and only then they are done', async () => {
  await archive.run(batchOf(days.map((day, offset) => recordOf(day, offset))));
  expect(log).toEqual(['announced 5', 'done 0', 'done 1', 'done 2', 'done 3', 'done 4']);
  expect(events.told.map(({ type, data }) => [type, 'window' in data && data.window.id])).toEqual(
    days.map(({ facts }) => ['archive.sealed', `candles/60/BTC-USD/${new Date(facts.window.fromMs).toISOString().slice(0, 10)}`]),
  );
  expect(store.objects.size).toBe(10);
});

it('tells where the object lies, what it holds, who asked, and where the window came from', async () => {
  const { facts, csv } = days[0]!;
  await archive.run(batchOf([recordOf(days[0]!, 42)]));
  const [event] = events.told;
  const [key, zip] = [...store.objects][0]!;
  expect(event).toMatchObject({
    type: 'archive.sealed',
    data: {
      request_id: facts.requestId,
      run_id: facts.runId,
      origin: 'scheduled',
      row_count: facts.rowCount,
      csv_sha256: facts.csvSha256,
      schema_version: 1,
      archive: { bucket: 'in-memory', key, bytes: zip.length },
      csv_entry: { bytes: csv.length },
      source: { topic: 'elias.windows.candles.v1', partition: 5, offset: '42' },
    },
  });
});

it('an answer carries the trace of its window', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const record = recordOf(days[0]!, 0);
  await archive.run(batchOf([{ ...record, headers: { ...record.headers, traceparent } }]));
  expect(events.calls[0]![0]!.headers).toMatchObject({ traceparent, ce_type: 'archive.sealed' });
});

describe('a bad record', () => {
  const day = days[0]!;
  const good = recordOf(day, 0);
  const header = good.headers[WINDOW_HEADER]!;
  const withHeader = (text: string): Partial<ConsumedRecord> => ({ headers: { ...good.headers, [WINDOW_HEADER]: text } });
  const asked = { request_id: day.facts.requestId, run_id: day.facts.runId, window_id: 'candles/60/BTC-USD/2023-12-01' };
  const unknown = { request_id: null, run_id: null, revision: null };

  it.each<[string, Partial<ConsumedRecord>, string, object]>([
    ['no header', { headers: {} }, 'not-json', { ...unknown, window_id: asked.window_id }],
    ['a header that is no JSON', withHeader('{'), 'not-json', unknown],
    ['a header that is null', withHeader('null'), 'wrong-shape', unknown],
    ['a field missing', withHeader(header.replace('row_count', 'rows')), 'wrong-shape', { ...asked, revision: null }],
    ['a wrong request id', withHeader(header.replace(day.facts.requestId, 'x')), 'wrong-shape', { ...asked, request_id: null }],
    ['another key', { key: 'candles/60/ETH-USD/2023-12-01' }, 'wrong-shape', { window_id: 'candles/60/ETH-USD/2023-12-01' }],
    ['no key', { key: null }, 'wrong-shape', { window_id: '' }],
    ['a later schema', withHeader(header.replace('"schema_version":1', '"schema_version":2')), 'wrong-shape', asked],
    ['altered bytes', { value: Buffer.concat([day.csv, Buffer.from('x')]) }, 'wrong-hash', asked],
    ['no bytes', { value: Buffer.alloc(0) }, 'wrong-hash', asked],
  ])('%s: announced as failed, put aside, and its neighbours go on', async (_, change, reason, told) => {
    await archive.run(batchOf([recordOf(days[1]!, 6), { ...recordOf(day, 7), ...change }, recordOf(days[2]!, 8)]));
    expect(log).toEqual(['announced 3', 'done 6', `dead letter 7 ${reason}`, 'done 8']);
    expect(events.told[1]).toMatchObject({
      type: 'archive.failed',
      data: { ...told, reason, detail: expect.stringMatching(/./), source: { partition: 5, offset: '7' } },
    });
    expect(await metrics.text()).toContain('elias_archiver_windows_total{outcome="refused"} 1');
  });

  it('rows that are not what the header tells', async () => {
    const lines = day.csv.toString().split('\n');
    [lines[3], lines[4]] = [lines[4]!, lines[3]!];
    const csv = Buffer.from(lines.join('\n'));
    await archive.run(batchOf([recordOf({ ...day, csv, facts: { ...day.facts, csvSha256: csvSha256(csv) } }, 0)]));
    expect(events.told[0]).toMatchObject({
      type: 'archive.failed',
      data: { reason: 'wrong-rows', detail: expect.stringContaining('line 5') },
    });
    expect(log).toEqual(['announced 1', 'dead letter 0 wrong-rows']);
  });

  it('an object that stands in its place is told, put aside, and never overwritten', async () => {
    const key = archiveKey('', day.facts.window, day.facts.revision, day.facts.csvSha256);
    store.objects.set(key, Buffer.from('not ours'));
    await archive.run(batchOf([recordOf(day, 3)]));
    expect(events.told[0]).toMatchObject({ type: 'archive.failed', data: { ...asked, reason: 'stored-corrupt' } });
    expect(log).toEqual(['announced 1', 'dead letter 3 stored-corrupt']);
    expect(store.objects.get(key)!.toString()).toBe('not ours');
  });
});

it('a null value is counted, and nothing else happens', async () => {
  await archive.run(batchOf([recordOf(days[0]!, 0, { value: null })]));
  expect(log).toEqual(['done 0']);
  expect(store.objects.size).toBe(0);
  expect(await metrics.text()).toContain('elias_archiver_null_records_total 1');
});

it('the store fails for one window: the others are announced and done, that one comes again alone', async () => {
  store.faults.push({ method: 'putOnce', when: 'after' });
  await expect(archive.run(batchOf(days.map((day, offset) => recordOf(day, offset))))).rejects.toBeInstanceOf(ObjectStoreUnavailableError);
  expect(log[0]).toBe('announced 4');
  const done = log.slice(1).map((line) => Number(line.replace('done ', '')));
  const open = [0, 1, 2, 3, 4].filter((offset) => !done.includes(offset));
  expect(open).toHaveLength(1);
  await archive.run(batchOf(open.map((offset) => recordOf(days[offset]!, offset))));
  expect(events.told).toHaveLength(5);
  expect(store.objects.size).toBe(10);
  expect(await metrics.text()).toContain('elias_archiver_windows_total{outcome="found"} 1');
});

it('Kafka fails to take the answers: nothing is done, and the next delivery announces the same', async () => {
  const batch = days.map((day, offset) => recordOf(day, offset));
  events.fault = new ObjectStoreUnavailableError('send', 'kafka', 'topic', 'away', null);
  await expect(archive.run(batchOf(batch))).rejects.toMatchObject({ disposition: 'retry' });
  expect(log).toEqual([]);
  const zips = new Map(store.objects);
  await archive.run(batchOf(batch));
  expect(log).toEqual(['announced 5', 'done 0', 'done 1', 'done 2', 'done 3', 'done 4']);
  expect(store.objects).toEqual(zips);
});

it('what was announced before is announced again in equal words, apart from where the record lay', async () => {
  await archive.run(batchOf([recordOf(days[0]!, 0)]));
  await archive.run(batchOf([recordOf(days[0]!, 0)]));
  expect(events.calls[1]).toEqual(events.calls[0]);
});

it('the partition is lost while windows are stored: nothing is announced', async () => {
  const controller = new AbortController();
  const batch = batchOf(
    days.map((day, offset) => recordOf(day, offset)),
    controller,
  );
  const run = archive.run(batch);
  controller.abort(new Error('another member owns it'));
  await expect(run).rejects.toThrow('another member owns it');
  expect(log).toEqual([]);
});

it('an error that nobody foresaw is not hidden behind one that passes', async () => {
  const bug = new TypeError('bug');
  store.faults.push({ method: 'putOnce', when: 'before' });
  const { putOnce } = InMemoryArchiveStore.prototype;
  let calls = 0;
  store.putOnce = async (...given) => {
    calls += 1;
    if (calls === 2) throw bug;
    return putOnce.apply(store, given);
  };
  await expect(archive.run(batchOf(days.slice(0, 2).map((day, offset) => recordOf(day, offset))))).rejects.toBe(bug);
});
