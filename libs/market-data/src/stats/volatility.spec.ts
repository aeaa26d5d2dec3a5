import { candleColumns } from './candle-columns.js';
import { minutesOf } from './test-candles.js';
import { closeVolatility, realisedVolatility } from './volatility.js';

/** A trade in the first minute of each of the first `samples` intervals, the price alternating. */
const alternating = (samples: number, prices: readonly [string, string] = ['100', '110']): Record<number, string> =>
  Object.fromEntries(Array.from({ length: samples }, (_, i) => [i * 5, prices[i % 2]!]));
const volatility = (values: Record<number, string>, start: number | null): number | null =>
  realisedVolatility(candleColumns(minutesOf(values)), start);

const STEP = Math.log(1.1) ** 2;

describe('realised volatility', () => {
  it('is √(365 × Σ r²) over 5-minute samples', () => {
    // from the day's first open, 100: the first of 288 returns is 0, the other 287 are ±ln 1.1
    expect(volatility(alternating(288), null)).toBeCloseTo(Math.sqrt(365 * 287 * STEP), 10);
    // from 110 the first one counts as well
    expect(volatility(alternating(288), 110)).toBeCloseTo(Math.sqrt(365 * 288 * STEP), 10);
  });

  it('starts from the first open, not from the first close', () => {
    const values = { ...alternating(288, ['100', '100']), 0: '110 110 100 100 1' };
    expect(volatility(values, null)).toBeCloseTo(Math.sqrt(365 * STEP), 10);
  });

  it('samples the last price of each interval: what happens between is not seen', () => {
    const noisy = Object.fromEntries(Array.from({ length: 1_440 }, (_, i) => [i, i % 5 === 4 ? '100' : '110']));
    expect(volatility(noisy, 100)).toBe(0);
    expect(volatility({ ...noisy, 719: '110' }, 100)).toBeCloseTo(Math.sqrt(365 * 2 * STEP), 10);
  });

  it('carries the last price over minutes without a trade, also from the day before', () => {
    const late = Object.fromEntries(Array.from({ length: 72 }, (_, i) => [1_080 + i * 5, '110']));
    expect(volatility(late, 100)).toBeCloseTo(Math.sqrt(365 * STEP), 10);
    expect(volatility(late, null)).toBe(0);
  });

  it('is null with fewer than 72 intervals that had a trade, however many minutes had one', () => {
    expect(volatility(alternating(72), null)).toBeCloseTo(Math.sqrt(365 * 71 * STEP), 10);
    expect(volatility(alternating(71), null)).toBeNull();
    const minutes = Object.fromEntries(Array.from({ length: 71 * 5 }, (_, i) => [i, '100']));
    expect(volatility(minutes, null)).toBeNull();
    expect(volatility({}, null)).toBeNull();
  });

  it('is null where a price is zero', () => {
    expect(volatility({ ...alternating(288), 100: '0' }, null)).toBeNull();
    expect(volatility(alternating(288), 0)).toBeNull();
  });
});

describe('volatility of closes', () => {
  it('is the sample standard deviation of log returns × √365', () => {
    // returns ln 2, −ln 2, ln 2: mean ln 2 / 3, squares about it (4 + 16 + 4) / 9 × ln² 2, over n − 1 = 2: 4 / 3 × ln² 2
    expect(closeVolatility([1, 2, 1, 2])).toBeCloseTo(Math.sqrt((4 / 3) * 365) * Math.LN2, 12);
    expect(closeVolatility([5, 5, 5, 5])).toBe(0);
  });

  it.each([
    ['is missing', [1, 2, null, 2]],
    ['is missing at the start', [null, 2, 1, 2]],
    ['is zero', [1, 2, 0, 2]],
  ])('is null when a close %s', (_, closes) => {
    expect(closeVolatility(closes)).toBeNull();
  });
});
