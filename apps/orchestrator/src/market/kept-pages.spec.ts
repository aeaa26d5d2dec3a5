import { KeptPages } from './kept-pages.js';
import type { KeptPage } from './kept-pages.js';

const KIB = 1_024;
/** Takes 10 KiB. */
const page = (stamp: string): KeptPage => ({ stamp, tag: `of ${stamp}`, gzip: Buffer.alloc(9 * KIB), jsonBytes: 60 * KIB });

it('a page is good for its stamp alone', () => {
  const pages = new KeptPages(100 * KIB);
  pages.put('a', page('1'));
  expect([pages.get('a', '1')?.tag, pages.get('b', '1')]).toEqual(['of 1', undefined]);
  expect([pages.get('a', '2'), pages.bytes]).toEqual([undefined, 0]);
  expect(pages.get('a', '1')).toBeUndefined();
});

it('the one that was not asked for the longest goes first, and the room is never more than allowed', () => {
  const pages = new KeptPages(30 * KIB);
  for (const key of ['a', 'b', 'c']) pages.put(key, page('1'));
  expect(pages.get('a', '1')).toBeDefined();
  pages.put('d', page('1'));
  expect(['a', 'b', 'c', 'd'].map((key) => pages.get(key, '1') !== undefined)).toEqual([true, false, true, true]);
  expect(pages.bytes).toBe(30 * KIB);
});

it('the same page again takes its room once, one that is too large none', () => {
  const pages = new KeptPages(30 * KIB);
  for (const stamp of ['1', '2', '3', '4']) pages.put('a', page(stamp));
  expect([pages.bytes, pages.get('a', '4')?.tag]).toEqual([10 * KIB, 'of 4']);
  pages.put('a', { ...page('5'), gzip: Buffer.alloc(30 * KIB) });
  expect([pages.bytes, pages.get('a', '5')]).toEqual([0, undefined]);
});
