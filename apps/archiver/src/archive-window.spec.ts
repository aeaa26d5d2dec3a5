import { archiveKey, checksumListKey, openArchive, parseChecksumList, sealArchive } from '@elias/archive';
import { ObjectStoreUnavailableError } from '@elias/object-store';
import { madeWindow } from '../../../test/support/made-window.js';
import { ArchiveWindow } from './archive-window.js';
import { InMemoryArchiveStore } from './in-memory-archive-store.js';

const { facts, csv } = madeWindow();
const key = archiveKey('p', facts.window, facts.revision, facts.csvSha256);
const listKey = checksumListKey('p', facts.window);
const name = key.slice(key.lastIndexOf('/') + 1);
const { signal } = new AbortController();

let store: InMemoryArchiveStore;
let archive: ArchiveWindow;
beforeEach(() => {
  store = new InMemoryArchiveStore();
  archive = new ArchiveWindow(store, 'p');
});

it('stores the window under its name, and its line in the list beside it', async () => {
  const sealed = await sealArchive(facts, csv);
  await expect(archive.run(facts, csv, signal)).resolves.toEqual({
    kind: 'sealed',
    stored: { bucket: 'in-memory', key, bytes: sealed.zip.length, sha256: sealed.sha256, csvEntry: sealed.csvEntry },
  });
  expect([...store.objects.keys()]).toEqual([key, listKey]);
  expect(openArchive(store.objects.get(key)!).csv.equals(csv)).toBe(true);
  expect(parseChecksumList(store.objects.get(listKey)!.toString())).toEqual([{ name, sha256: sealed.sha256 }]);
});

it('the same collection again finds what stands, and tells the same', async () => {
  const first = await archive.run(facts, csv, signal);
  const second = await archive.run({ ...facts, requestId: facts.runId, origin: 'replay' }, csv, signal);
  expect(second).toEqual({ ...first, kind: 'found' });
  expect(store.objects.size).toBe(2);
});

it('an equal archive in other bytes is found, and its own facts are told', async () => {
  const sealed = await sealArchive(facts, csv);
  const other = Buffer.from(sealed.zip);
  const dosTime = 10;
  other.writeUInt32LE(0x58000000, dosTime);
  store.objects.set(key, other);
  const outcome = await archive.run(facts, csv, signal);
  expect(outcome).toMatchObject({ kind: 'found', stored: { key, bytes: other.length, csvEntry: openArchive(other).csvEntry } });
  expect(outcome.kind === 'found' && outcome.stored.sha256).not.toBe(sealed.sha256);
  expect(store.objects.get(key)).toBe(other);
  expect(store.objects.get(listKey)!.toString()).toContain(outcome.kind === 'found' ? outcome.stored.sha256 : '-');
});

it('another telling under the same name is refused and left alone', async () => {
  const { revision } = facts;
  const other = { ...facts, revision: { ...revision, collectionId: revision.collectionId.replace('7abc', '7abd') } };
  const { zip } = await sealArchive(other, csv);
  store.objects.set(key, zip);
  await expect(archive.run(facts, csv, signal)).resolves.toMatchObject({ kind: 'refused', reason: 'stored-differs' });
  expect(store.objects.get(key)).toBe(zip);
  expect(store.objects.has(listKey)).toBe(false);
});

it.each([
  ['cut', (zip: Buffer) => zip.subarray(0, -1)],
  ['empty', () => Buffer.alloc(0)],
  ['altered', (zip: Buffer) => Buffer.concat([zip.subarray(0, 200), Buffer.from([zip[200]! ^ 1]), zip.subarray(201)])],
])('a %s object under its name is refused and left alone', async (_, spoil) => {
  const spoiled = spoil((await sealArchive(facts, csv)).zip);
  store.objects.set(key, spoiled);
  await expect(archive.run(facts, csv, signal)).resolves.toMatchObject({ kind: 'refused', reason: 'stored-corrupt' });
  expect(store.objects.get(key)).toBe(spoiled);
});

it.each([
  ['before the object stands', { method: 'putOnce', when: 'before' }],
  ['after the object stands', { method: 'putOnce', when: 'after' }],
  ['before the list stands', { method: 'addChecksum', when: 'before' }],
  ['after the list stands', { method: 'addChecksum', when: 'after' }],
] as const)('the store fails %s: the next delivery ends the same', async (_, fault) => {
  const whole = new InMemoryArchiveStore();
  await new ArchiveWindow(whole, 'p').run(facts, csv, signal);
  store.faults.push({ ...fault });
  await expect(archive.run(facts, csv, signal)).rejects.toBeInstanceOf(ObjectStoreUnavailableError);
  await expect(archive.run(facts, csv, signal)).resolves.toMatchObject({ stored: { key } });
  expect(store.objects).toEqual(whole.objects);
});

it('a revision later, both lie there and in the list', async () => {
  const later = madeWindow({ telling: 1, seed: 2 });
  await archive.run(facts, csv, signal);
  await archive.run(later.facts, later.csv, signal);
  const zips = [...store.objects.keys()].filter((one) => one.endsWith('.zip')).map((one) => one.slice(one.lastIndexOf('/') + 1));
  expect(parseChecksumList(store.objects.get(listKey)!.toString()).map((line) => line.name)).toEqual(zips.sort());
  expect(zips).toHaveLength(2);
});

it('writes nothing once its partition may be another’s', async () => {
  await expect(archive.run(facts, csv, AbortSignal.abort())).rejects.toThrow();
  expect(store.objects.size).toBe(0);
});
