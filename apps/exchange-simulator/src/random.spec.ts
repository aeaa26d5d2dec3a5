import { below, bitsAt, bitsOf, exponential, fieldOf, logNormals, lookUp, normal, unit } from './random.js';

it('the same words give the same stream, others another', () => {
  const draw = (...words: string[]): number[] => Array.from({ length: 4 }, bitsOf(...words));
  expect(draw('seed', 'BTC-USD')).toEqual(draw('seed', 'BTC-USD'));
  expect(draw('seed', 'BTC-USD')).not.toEqual(draw('seed', 'ETH-USD'));
  expect(draw('ab', 'c')).not.toEqual(draw('a', 'bc'));
});

it('is the same on every machine', () => {
  const bits = bitsOf('elias', 'BTC-USD', 'day', 19_692);
  expect([bits(), bits(), bits()]).toEqual([3211437590, 3930277339, 4143162650]);
  expect(bitsAt(fieldOf('elias', 'BTC-USD'), 3, 19_692)).toBe(3940689660);
});

it('draws what it says', () => {
  const bits = bitsOf('moments');
  const draws = Array.from({ length: 200_000 }, bits);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(draws.map(unit))).toBeCloseTo(0.5, 2);
  expect(mean(draws.map(normal))).toBeCloseTo(0, 2);
  expect(mean(draws.map((draw) => normal(draw) ** 2))).toBeCloseTo(1, 1);
  expect(mean(draws.map(exponential))).toBeCloseTo(1, 1);
  const table = logNormals(0.5);
  expect(mean(draws.map((draw) => lookUp(table, draw)))).toBeCloseTo(Math.exp(0.125), 1);
  expect(new Set(draws.map((draw) => below(draw, 6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

it('noise at neighbouring places is not alike', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => normal(bitsAt(1, 2, index)));
  const product = values.slice(1).reduce((sum, value, index) => sum + value * (values[index] ?? 0), 0) / values.length;
  expect(Math.abs(product)).toBeLessThan(0.05);
});
