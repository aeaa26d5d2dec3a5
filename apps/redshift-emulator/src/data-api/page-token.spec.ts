import { offsetOf, pageOf, tokenOf } from './page-token.js';

it('pages through a list with its own tokens', () => {
  const first = pageOf([1, 2, 3], undefined, 2);
  expect(first.items).toEqual([1, 2]);
  expect(pageOf([1, 2, 3], first.nextToken, 2)).toEqual({ items: [3], nextToken: undefined });
  expect(pageOf([1, 2], undefined, 0)).toEqual({ items: [1, 2], nextToken: undefined });
  expect(offsetOf(tokenOf(7))).toBe(7);
  expect(() => offsetOf('nonsense')).toThrow('Invalid NextToken.');
});
