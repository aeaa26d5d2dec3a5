import { archiveKey, sealArchive } from '@elias/archive';
import { coverageToWire, encodeEvent, revisionToWire, SCHEMA_VERSION, windowToWire } from '@elias/contracts';
import type { EncodedRecord } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import { createLogger, Metrics } from '@elias/telemetry';
import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { FollowArchiveObjects } from './follow-archive-objects.js';
import { InMemoryWindowStore } from './in-memory-window-store.js';
import { LoadArchives } from './load-archives.js';
import { LoadBatch } from './load-batch.js';
import { LoadWindows } from './load-windows.js';
import { LoaderMetrics } from './loader-metrics.js';

const ID = 'candles/60/BTC-USD/2023-12-01';
const a = madeTelling({ telling: 'a' });
const b = madeTelling({ telling: 'b', collectedAt: '2023-12-03T00:00:00Z' });
const logger = createLogger({ app: 'test', level: 'silent' });
const objects = new Map<string, Buffer>();

async function sealed({ facts, csv }: MadeTelling): Promise<EncodedRecord> {
  const { zip, sha256, csvEntry } = await sealArchive(facts, csv);
  const key = archiveKey('', facts.window, facts.revision, facts.csvSha256);
  objects.set(key, zip);
  return encodeEvent(
    'archive.sealed',
    {
      request_id: facts.requestId,
      run_id: facts.runId,
      origin: facts.origin,
      window: windowToWire(facts.window),
      revision: revisionToWire(facts.revision),
      row_count: facts.rowCount,
      csv_sha256: facts.csvSha256,
      schema_version: SCHEMA_VERSION,
      coverage: coverageToWire(facts.coverage),
      archive: { bucket: 'archives', key, bytes: zip.length, sha256 },
      csv_entry: { offset: csvEntry.offset, deflate_bytes: csvEntry.deflateBytes, bytes: csvEntry.bytes, crc32: csvEntry.crc32 },
      source: { topic: 't', partition: 0, offset: '7' },
    },
    'test',
  );
}

const revoked = ({ facts: { window, revision } }: MadeTelling): EncodedRecord =>
  encodeEvent(
    'archive.revoked',
    { window: windowToWire(window), revision: revisionToWire(revision), reason: 'wrong data', revoked_at: '2023-12-04T00:00:00Z' },
    'test',
  );

function setUp(source: 'topic' | 'archive', bytesMax = 1e6) {
  const store = new InMemoryWindowStore();
  const told: string[] = [];
  const deadLetters: string[] = [];
  const counts = new LoaderMetrics(new Metrics());
  const send = (events: readonly EncodedRecord[]): Promise<void> => {
    told.push(...events.map(({ headers }) => headers['ce_type']!));
    return Promise.resolve();
  };
  const batch = new LoadBatch({ windows: new LoadWindows(store), events: { send }, source, metrics: counts, logger });
  const get = (key: string): Promise<Buffer> => Promise.resolve(objects.get(key)!);
  const load = new LoadArchives(batch, { bucket: 'archives', get }, bytesMax, 2);
  const follow = new FollowArchiveObjects(store, source === 'archive' ? { load, batch } : null, counts);
  const run = (events: EncodedRecord[]): Promise<void> =>
    follow.run(
      new RecordBatch({
        topic: 't',
        partition: 0,
        records: events.map(({ key, value, headers }, offset) => ({
          topic: 't',
          partition: 0,
          offset: String(offset),
          key,
          value: Buffer.from(value),
          headers,
          timestampMs: 0,
        })),
        deadLetter: (_, reason) => {
          deadLetters.push(reason);
          return Promise.resolve();
        },
      }),
    );
  return { store, told, deadLetters, run };
}

it('loads what archives hold, however many fit a transaction', async () => {
  for (const bytesMax of [1, 1e6]) {
    const { store, told, run } = setUp('archive', bytesMax);
    await run([await sealed(a), await sealed(b)]);
    expect(store.rows.get(ID)).toBe(b.csv.toString());
    expect(told.sort()).toEqual(bytesMax === 1 ? ['rds.loaded', 'rds.loaded'] : ['rds.loaded', 'rds.superseded']);
  }
});

it('never loads what is sealed and withdrawn in one batch', async () => {
  const { store, told, run } = setUp('archive');
  await run([await sealed(a), await sealed(b), revoked(b)]);
  expect(store.rows.get(ID)).toBe(a.csv.toString());
  expect(told).toEqual(['rds.loaded', 'rds.superseded']);
});

it('empties a window whose rows are withdrawn, and fills it with what is left when that comes again', async () => {
  const { store, told, run } = setUp('archive');
  await run([await sealed(a), await sealed(b)]);
  await run([revoked(b)]);
  expect(store.rows.has(ID)).toBe(false);
  await run([await sealed(b)]);
  expect(store.rows.has(ID)).toBe(false);
  await run([await sealed(a)]);
  expect(store.rows.get(ID)).toBe(a.csv.toString());
  expect(told.slice(2)).toEqual(['rds.failed', 'rds.loaded']);
});

it('only notes withdrawals where the topic is the source', async () => {
  const { store, told, run } = setUp('topic');
  await run([await sealed(a), revoked(b)]);
  expect([...store.ledger.entries()]).toMatchObject([[ID, { state: 'revoked' }]]);
  expect(told).toEqual([]);
});

it.each([
  { source: 'archive' as const, want: ['rds.failed'] },
  { source: 'topic' as const, want: [] },
])('puts aside what is no event; source $source tells $want', async ({ source, want }) => {
  const { told, deadLetters, run } = setUp(source);
  await run([{ ...(await sealed(a)), value: '{' }]);
  expect(deadLetters).toEqual(['not-json']);
  expect(told).toEqual(want);
});
