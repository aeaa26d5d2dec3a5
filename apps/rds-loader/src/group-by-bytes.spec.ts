import fc from 'fast-check';
import { groupByBytes } from './group-by-bytes.js';

it('keeps order and bound; an item above the bound comes alone', () => {
  expect(groupByBytes([3, 4, 5, 20, 1], 8, (bytes) => bytes)).toEqual([[3, 4], [5], [20], [1]]);
  expect(groupByBytes([], 8, (bytes: number) => bytes)).toEqual([]);
});

it('loses nothing and cuts no more than it must', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 60 }), (sizes, max) => {
      const groups = groupByBytes(sizes, max, (bytes) => bytes);
      const sum = (group: number[]): number => group.reduce((a, b) => a + b, 0);
      expect(groups.flat()).toEqual(sizes);
      expect(groups.every((group) => group.length === 1 || sum(group) <= max)).toBe(true);
      expect(groups.every((group, i) => i === 0 || sum(groups[i - 1]!) + group[0]! > max)).toBe(true);
    }),
  );
});
