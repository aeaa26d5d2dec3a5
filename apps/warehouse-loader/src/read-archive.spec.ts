import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { encodeWindowPart } from '@elias/contracts';
import { ObjectStoreUnavailableError } from '@elias/object-store';
import { madeTelling } from '../../../test/support/made-telling.js';
import type { WantedTelling } from '../../../test/support/made-telling.js';
import { madeTrades } from '../../../test/support/made-trades.js';
import type { WantedTrades } from '../../../test/support/made-trades.js';
import { sealedTelling } from '../../../test/support/sealed-telling.js';
import { InMemoryObjects } from './in-memory-objects.js';
import { sealedEvent } from './owed-event.js';
import type { SealedEvent } from './owed-event.js';
import { readArchive } from './read-archive.js';

const objects = new InMemoryObjects();
const { signal } = new AbortController();
const owed = { isOwed: () => true, done: () => undefined, putAside: () => Promise.resolve() };

async function sealedIn(wanted: WantedTelling): Promise<SealedEvent> {
  const { zip, event } = await sealedTelling(madeTelling(wanted), objects.bucket, 'p');
  await objects.put(event.archive.key, zip);
  return sealedEvent(event, owed);
}

describe('an archive that an event tells of', () => {
  it('gives its facts, its header and its CSV as gzip', async () => {
    const telling = madeTelling({ telling: 'sound', unknown: [7, 8] });
    const event = await sealedIn({ telling: 'sound', unknown: [7, 8] });
    const archive = await readArchive(objects, event, signal);
    if (archive.kind !== 'sound') throw new Error(archive.detail);
    expect(archive.facts).toMatchObject({
      rowCount: 3,
      noTrade: 1_435,
      unknownRanges: '7+2',
      openRanges: '',
      archiveKey: event.data.archive.key,
    });
    expect(archive.columns).toEqual(['product_id', 'granularity', 'started_at', 'open', 'high', 'low', 'close', 'volume']);
    expect(gunzipSync(archive.gzip)).toEqual(telling.csv);
  });

  const other = '018c2a00-0000-7000-8000-00000000000b';
  it.each<{ fault: string; reason: string; alter: (event: SealedEvent) => void | Promise<void> }>([
    { fault: 'is not there', reason: 'archive-missing', alter: ({ data }) => objects.delete([data.archive.key]) },
    { fault: 'lies in another bucket', reason: 'archive-elsewhere', alter: ({ data }) => void (data.archive.bucket = 'other') },
    { fault: 'was cut', reason: 'wrong-hash', alter: ({ data }) => alterObject(data.archive.key, (zip) => zip.subarray(0, 300)) },
    { fault: 'was altered', reason: 'wrong-hash', alter: ({ data }) => alterObject(data.archive.key, (zip) => flipped(zip, 60)) },
    { fault: 'holds another CSV than told', reason: 'archive-corrupt', alter: ({ data }) => void (data.csv_sha256 = '0'.repeat(64)) },
    {
      fault: 'holds another revision',
      reason: 'archive-corrupt',
      alter: (event) => void Object.assign(event.revision, { collectionId: other }),
    },
    { fault: 'is of another schema version than told', reason: 'archive-corrupt', alter: ({ data }) => void (data.schema_version = 2) },
  ])('is refused when it $fault', async ({ reason, alter }) => {
    const event = await sealedIn({ telling: 'to be spoilt' });
    await alter(event);
    expect(await readArchive(objects, event, signal)).toMatchObject({ kind: 'refused', reason });
  });

  it('is refused when its zip is broken though its hash is as told', async () => {
    const { zip, event } = await sealedTelling(madeTelling({ telling: 'broken' }), objects.bucket, 'p');
    const broken = flipped(zip, event.csv_entry.offset + 5);
    event.archive.sha256 = createHash('sha256').update(broken).digest('hex');
    await objects.put(event.archive.key, broken);
    expect(await readArchive(objects, sealedEvent(event, owed), signal)).toMatchObject({ kind: 'refused', reason: 'archive-corrupt' });
  });

  it.each<{ fault: string; alter: (csv: string) => string }>([
    { fault: 'a doubled row', alter: (csv) => csv.replace(/(BTC-USD.*\n)/, '$1$1') },
    { fault: 'a row of another day', alter: (csv) => csv.replace('2023-12-01T00:03', '2023-12-02T00:03') },
    { fault: 'another header', alter: (csv) => csv.replace('volume', 'amount') },
    { fault: 'a price that is not canonical', alter: (csv) => csv.replace('.5,', '.50,') },
  ])('is refused for $fault, which Redshift would take', async ({ alter }) => {
    expect(await readArchive(objects, await sealedIn({ telling: 'wrong rows', alter }), signal)).toMatchObject({
      kind: 'refused',
      reason: 'wrong-rows',
    });
  });

  it('is read again later when the bucket does not answer', async () => {
    const event = await sealedIn({ telling: 'later' });
    const away = new ObjectStoreUnavailableError('get', 'b', 'k', 'SlowDown', undefined);
    const bucket = { ...objects, bucket: objects.bucket, get: () => Promise.reject(away) } as unknown as InMemoryObjects;
    await expect(readArchive(bucket, event, signal)).rejects.toBe(away);
  });
});

async function alterObject(key: string, alter: (body: Buffer) => Buffer): Promise<void> {
  await objects.put(key, alter(await objects.get(key)));
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x55;
  return copy;
}

describe('an archive of trades, whose CSV is inflated as it is checked', () => {
  const HOUR = 'trades/BTC-USD/2023-12-01T13';
  const sealedTrades = async (
    wish: Partial<WantedTrades>,
    spoil: (zip: Buffer, at: number) => Buffer = (zip) => zip,
  ): Promise<SealedEvent> => {
    const made = { ...madeTrades({ window: HOUR, count: 400, ...wish }), candles: [] };
    const record = encodeWindowPart(made.facts, { part: 0, parts: 1 }, made.csv, 'test');
    const { zip, event } = await sealedTelling({ ...made, record }, objects.bucket, 'p');
    const spoilt = spoil(zip, event.csv_entry.offset + 9);
    event.archive.sha256 = createHash('sha256').update(spoilt).digest('hex');
    await objects.put(event.archive.key, spoilt);
    return sealedEvent(event, owed);
  };

  it('gives its facts, with ids in place of periods, and its CSV as gzip', async () => {
    const missing = [{ first: 47262100007, last: 47262100009 }];
    const made = madeTrades({ window: HOUR, count: 400, missing });
    const archive = await readArchive(objects, await sealedTrades({ missing }), signal);
    if (archive.kind !== 'sound') throw new Error(archive.detail);
    expect(archive.facts).toMatchObject({ rowCount: 397, noTrade: 0, unknownRanges: '47262100007+3', openRanges: '' });
    expect(archive.columns).toEqual(['product_id', 'trade_id', 'traded_at', 'side', 'price', 'size']);
    expect(gunzipSync(archive.gzip).equals(made.csv)).toBe(true);
  });

  it('is refused when its bytes are broken, or its rows are wrong', async () => {
    const broken = await sealedTrades({}, flipped);
    expect(await readArchive(objects, broken, signal)).toMatchObject({ kind: 'refused', reason: 'archive-corrupt' });
    const wrong = await sealedTrades({ telling: 'wrong', alter: (csv) => csv.replace('T13:', 'T14:') });
    expect(await readArchive(objects, wrong, signal)).toMatchObject({ kind: 'refused', reason: 'wrong-rows' });
  });
});
