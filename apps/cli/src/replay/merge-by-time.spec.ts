import { mapAhead } from '../map-ahead.js';
import { inTurn, mergeByTime } from './merge-by-time.js';

async function* times(name: string, ...atMs: number[]): AsyncGenerator<{ name: string; atMs: number }, void, undefined> {
  for (const at of atMs) yield await Promise.resolve({ name, atMs: at });
}
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
const shown = ({ name, atMs }: { name: string; atMs: number }): string => `${name}${atMs}`;

it('several sequences become one in time order, the first of equals first', async () => {
  const merged = await all(mergeByTime([times('a', 1, 4, 9), times('b'), times('c', 0, 4, 5)]));
  expect(merged.map(shown)).toEqual(['c0', 'a1', 'a4', 'c4', 'c5', 'a9']);
  expect((await all(inTurn([times('a', 2), times('b', 1)]))).map(shown)).toEqual(['a2', 'b1']);
});

it('sequences are ended when their reader ends', async () => {
  let ended = false;
  const source = (async function* () {
    try {
      yield* times('a', 1, 2, 3);
    } finally {
      ended = true;
    }
  })();
  for await (const _first of mergeByTime([source])) break;
  expect(ended).toBe(true);
});

it('works ahead, a few at once, and keeps the order', async () => {
  let atOnce = 0;
  let most = 0;
  const doubled = mapAhead(times('a', 5, 4, 3, 2, 1), 3, async ({ atMs }) => {
    most = Math.max(most, (atOnce += 1));
    await new Promise((resolve) => setTimeout(resolve, atMs));
    atOnce -= 1;
    return atMs * 2;
  });
  expect(await all(doubled)).toEqual([10, 8, 6, 4, 2]);
  expect(most).toBe(3);
});
