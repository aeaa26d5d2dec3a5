import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { S3ReadError } from './copy-source.js';
import type { CopySource, SourceFile } from './copy-source.js';
import { openAhead } from './open-ahead.js';

const file = (key: string, more: Partial<SourceFile> = {}): SourceFile => ({ bucket: 'b', key, bytes: 10, mandatory: true, ...more });

/** A store of objects that say their own key; those named `missing` are not there. Counts what is open at once. */
class FakeStore implements CopySource {
  opened: string[] = [];

  list(): Promise<SourceFile[]> {
    return Promise.resolve([]);
  }

  open({ key }: { key: string }): ReturnType<CopySource['open']> {
    this.opened.push(key);
    if (key.startsWith('missing'))
      return Promise.reject(new S3ReadError('NoSuchKey', 404, 'The specified key does not exist.', 'r', undefined));
    if (key.startsWith('refused')) return Promise.reject(new S3ReadError('AccessDenied', 403, 'Access Denied', 'r', undefined));
    return Promise.resolve({ body: Readable.from([Buffer.from(key)]), bytes: key.length });
  }
}

async function read(files: SourceFile[], store = new FakeStore()): Promise<string[]> {
  const contents: string[] = [];
  for await (const { open } of openAhead(files, store, new AbortController().signal)) contents.push(await text(open.body));
  return contents;
}

it('gives the files in order, each once', async () => {
  const store = new FakeStore();
  const names = Array.from({ length: 30 }, (_, index) => `f${index}`);
  expect(
    await read(
      names.map((name) => file(name)),
      store,
    ),
  ).toEqual(names);
  expect(store.opened.toSorted()).toEqual(names.toSorted());
});

it('fetches small files ahead, at most eight of them; large and unknown ones wait for their turn', async () => {
  const store = new FakeStore();
  const files = [
    ...Array.from({ length: 12 }, (_, index) => file(`f${index}`)),
    file('large', { bytes: 5_000_000 }),
    file('unknown', { bytes: null }),
  ];
  const iterator = openAhead(files, store, new AbortController().signal);
  await iterator.next();
  expect(store.opened.toSorted()).toEqual(
    files
      .slice(0, 9)
      .map(({ key }) => key)
      .toSorted(),
  );
  for (let index = 0; index < 11; index += 1) await iterator.next();
  expect(store.opened).not.toContain('large');
});

it('passes over what is missing unless it is mandatory, but not over a refusal', async () => {
  expect(await read([file('missing1', { mandatory: false }), file('there')])).toEqual(['there']);
  await expect(read([file('there'), file('missing1')])).rejects.toThrow(/Error NoSuchKey/);
  await expect(read([file('there'), file('refused1', { mandatory: false })])).rejects.toThrow(/Error AccessDenied/);
});

it('fails when not one file is there, whatever `mandatory` says', async () => {
  await expect(read([file('missing1', { mandatory: false }), file('missing2', { mandatory: false })])).rejects.toThrow(/Error NoSuchKey/);
});
