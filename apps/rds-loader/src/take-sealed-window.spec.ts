import { createHash } from 'node:crypto';
import { archiveKey, sealArchive } from '@elias/archive';
import { coverageToWire, revisionToWire, SCHEMA_VERSION, windowToWire } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { ObjectMissingError, ObjectStoreUnavailableError } from '@elias/object-store';
import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { madeTrades } from '../../../test/support/made-trades.js';
import { takeSealedWindow } from './take-sealed-window.js';
import type { ArchiveReader, SealedEvent } from './take-sealed-window.js';

const record: ConsumedRecord = { topic: 't', partition: 0, offset: '0', key: null, value: null, headers: {}, timestampMs: 0 };

class InMemoryArchives implements ArchiveReader {
  readonly bucket = 'archives';
  readonly objects = new Map<string, Buffer>();
  get(key: string): Promise<Buffer> {
    const found = this.objects.get(key);
    return found === undefined ? Promise.reject(new ObjectMissingError(this.bucket, key)) : Promise.resolve(found);
  }
}

const archives = new InMemoryArchives();
const a = madeTelling({ telling: 'a' });
let sealed: SealedEvent;

async function seal({ facts, csv }: Pick<MadeTelling, 'facts' | 'csv'>): Promise<SealedEvent> {
  const { zip, sha256, csvEntry } = await sealArchive(facts, csv);
  const key = archiveKey('', facts.window, facts.revision, facts.csvSha256);
  archives.objects.set(key, zip);
  return {
    request_id: facts.requestId,
    run_id: facts.runId,
    origin: facts.origin,
    window: windowToWire(facts.window),
    revision: revisionToWire(facts.revision),
    row_count: facts.rowCount,
    csv_sha256: facts.csvSha256,
    schema_version: SCHEMA_VERSION,
    coverage: coverageToWire(facts.coverage),
    archive: { bucket: archives.bucket, key, bytes: zip.length, sha256 },
    csv_entry: { offset: csvEntry.offset, deflate_bytes: csvEntry.deflateBytes, bytes: csvEntry.bytes, crc32: csvEntry.crc32 },
    source: { topic: 't', partition: 0, offset: '7' },
  };
}

beforeAll(async () => {
  sealed = await seal(a);
});

it('offers what the archive holds: the bytes that were sealed', async () => {
  const { schemaVersion: _, ...facts } = a.facts;
  const taken = await takeSealedWindow(record, sealed, archives);
  expect(taken).toEqual({ record, kind: 'offered', window: { facts, csv: a.csv, file: `s3://archives/${sealed.archive.key}` } });
});

it.each([
  { name: 'a missing object', change: (): Partial<SealedEvent['archive']> => ({ key: 'gone.zip' }), reason: 'archive-missing' },
  { name: 'an object of another hash', change: (): Partial<SealedEvent['archive']> => ({ sha256: 'f'.repeat(64) }), reason: 'wrong-hash' },
  { name: 'another bucket', change: (): Partial<SealedEvent['archive']> => ({ bucket: 'elsewhere' }), reason: 'archive-elsewhere' },
])('refuses $name, naming the object', async ({ change, reason }) => {
  const event = { ...sealed, archive: { ...sealed.archive, ...change() } };
  const taken = await takeSealedWindow(record, event, archives);
  expect(taken).toMatchObject({ kind: 'refused', reason, told: { windowId: sealed.window.id, requestId: a.facts.requestId } });
  expect(taken.kind === 'refused' && String(taken.cause)).toContain(`s3://${event.archive.bucket}/${event.archive.key}`);
});

it('refuses an archive that is cut, though the event tells its hash', async () => {
  const cut = archives.objects.get(sealed.archive.key)!.subarray(0, -30);
  archives.objects.set('cut.zip', cut);
  const archive = { ...sealed.archive, key: 'cut.zip', sha256: createHash('sha256').update(cut).digest('hex') };
  expect(await takeSealedWindow(record, { ...sealed, archive }, archives)).toMatchObject({ kind: 'refused', reason: 'archive-corrupt' });
});

it('refuses an archive of another telling than the event', async () => {
  const other = await seal(madeTelling({ telling: 'b' }));
  const event = { ...sealed, archive: other.archive };
  expect(await takeSealedWindow(record, event, archives)).toMatchObject({ kind: 'refused', reason: 'archive-corrupt' });
});

it('refuses rows that are wrong inside a sound archive', async () => {
  const swapped = (csv: string): string => {
    const [header, first, second, ...rest] = csv.split('\n');
    return [header, second, first, ...rest].join('\n');
  };
  const event = await seal(madeTelling({ telling: 'c', alter: swapped }));
  expect(await takeSealedWindow(record, event, archives)).toMatchObject({ kind: 'refused', reason: 'wrong-rows' });
});

it('passes on that the store does not answer', async () => {
  const away = new ObjectStoreUnavailableError('get', 'archives', 'k', 'SlowDown', undefined);
  await expect(takeSealedWindow(record, sealed, { bucket: 'archives', get: () => Promise.reject(away) })).rejects.toBe(away);
});

it('offers trades that can be read any number of times, and none whose rows are wrong', async () => {
  const HOUR = 'trades/BTC-USD/2023-12-01T13';
  const made = madeTrades({ window: HOUR, count: 400 });
  const intake = await takeSealedWindow(record, await seal(made), archives);
  if (intake.kind !== 'offered' || Buffer.isBuffer(intake.window.csv)) throw new Error('not offered as a stream');
  for (let reading = 0; reading < 2; reading += 1) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of intake.window.csv.chunks()) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(made.csv)).toBe(true);
  }
  const wrong = madeTrades({ window: HOUR, count: 400, telling: 'wrong', alter: (csv) => csv.replace('T13:', 'T14:') });
  expect(await takeSealedWindow(record, await seal(wrong), archives)).toMatchObject({ kind: 'refused', reason: 'wrong-rows' });
});
