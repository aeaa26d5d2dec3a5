import { CandleBlock, pageOf } from './candle-block.js';

const block = CandleBlock.of([180, 120, 0], ['[180,1,2,1,2,3]', '[120,1.5,2,1.5,2,4.776e-05]', '[0,1,1,1,1,1]']);

it.each([
  { fromS: 0, toS: 180, text: '[180,1,2,1,2,3],[120,1.5,2,1.5,2,4.776e-05],[0,1,1,1,1,1]', count: 3 },
  { fromS: 1, toS: 180, text: '[180,1,2,1,2,3],[120,1.5,2,1.5,2,4.776e-05]', count: 2 },
  { fromS: 120, toS: 120, text: '[120,1.5,2,1.5,2,4.776e-05]', count: 1 },
  { fromS: 0, toS: 119.5, text: '[0,1,1,1,1,1]', count: 1 },
  { fromS: 0.5, toS: 120, text: '[120,1.5,2,1.5,2,4.776e-05]', count: 1 },
  { fromS: 60, toS: 60, text: undefined, count: 0 },
  { fromS: 181, toS: 999, text: undefined, count: 0 },
  { fromS: 180, toS: 0, text: undefined, count: 0 },
])('both ends are included: $fromS to $toS', ({ fromS, toS, text, count }) => {
  expect(block.between(fromS, toS)?.toString()).toBe(text);
  expect(block.countBetween(fromS, toS)).toBe(count);
});

it('is empty without rows', () => {
  expect(CandleBlock.of([], []).between(0, 1e9)).toBeNull();
});

it('refuses rows that are not by falling time', () => {
  expect(() => CandleBlock.of([60, 60], ['[60]', '[60]'])).toThrow(RangeError);
});

it('joins slices to one JSON page', () => {
  expect(JSON.parse(pageOf([Buffer.from('[2,1]'), Buffer.from('[1,1],[0,1]')]).toString())).toEqual([
    [2, 1],
    [1, 1],
    [0, 1],
  ]);
  expect(pageOf([]).toString()).toBe('[]');
});
