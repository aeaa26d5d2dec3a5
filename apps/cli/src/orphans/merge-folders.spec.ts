import { mergeFolders } from './merge-folders.js';

async function* of<T>(...entries: (readonly [string, T])[]): AsyncGenerator<readonly [string, T], void, undefined> {
  for (const entry of entries) yield entry;
}

it('brings what lies in one folder together, whoever has it', async () => {
  const groups = [];
  for await (const group of mergeFolders<{ a: number; b: string }>({
    a: of(['x/', 1], ['x/', 2], ['z/', 3]),
    b: of(['x/', 'one'], ['y/', 'two']),
  })) {
    groups.push(group);
  }
  expect(groups).toEqual([
    { folder: 'x/', found: { a: [1, 2], b: ['one'] } },
    { folder: 'y/', found: { a: [], b: ['two'] } },
    { folder: 'z/', found: { a: [3], b: [] } },
  ]);
});

it('does not guess when a place is not sorted', async () => {
  const merged = mergeFolders<{ a: number }>({ a: of(['y/', 1], ['x/', 2], ['z/', 3]) });
  const read = async (): Promise<void> => {
    for await (const _ of merged);
  };
  await expect(read()).rejects.toThrow('a tells of x/ after y/');
});
