import { BoundedCache } from './bounded-cache.js';

it('keeps what was used last within its bound', () => {
  const made: string[] = [];
  const cache = new BoundedCache<string>(2);
  const get = (key: string, size = 1): string =>
    cache.get(
      key,
      () => {
        made.push(key);
        return key;
      },
      () => size,
    );
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(get(key)).toBe(key);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
  get('huge', 3);
  get('a');
  expect(made).toEqual(['a', 'b', 'c', 'b', 'huge']);
});
