import { figureLines, median } from './figures.js';

it('takes the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('says whether a figure reaches what is wanted', () => {
  const figure = { name: 'rows', unit: 'rows/s', runs: [70, 90, 80], yardstick: { name: 'COPY', runs: [100] } };
  expect(figureLines({ ...figure, target: { ratioMin: 0.8 } })).toContain('  ratio 0.80, wanted 0.8 or more: reached');
  expect(figureLines({ ...figure, target: { ratioMin: 0.81 } })).toContain('  ratio 0.80, wanted 0.81 or more: MISSED');
  expect(figureLines({ name: 'memory', unit: 'MiB', runs: [251], target: { atMost: 250 } }).at(-1)).toContain('MISSED');
});
