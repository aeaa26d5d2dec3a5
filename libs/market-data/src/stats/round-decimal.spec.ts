import fc from 'fast-check';
import { roundDecimal, roundPrice, roundRatio } from './round-decimal.js';

it.each([
  // ties that a double holds exactly go away from zero
  [0.125, 2, '0.13'],
  [-0.125, 2, '-0.13'],
  [2.5, 0, '3'],
  [-2.5, 0, '-3'],
  [0.5, 0, '1'],
  [2 ** -9, 8, '0.00195313'], // 0.001953125
  [-(2 ** -9), 8, '-0.00195313'],
  // what looks like a tie is the double beside it: 1.00499999999999989…, 0.01499999999999999944…
  [1.005, 2, '1'],
  [0.015, 2, '0.01'],
  [0.000000005, 8, '0.00000001'], // 5.0000000000000001…e-9
  [0.000000035, 8, '0.00000004'], // 3.5000000000000002…e-8
  // times 10^8 these two would be 2.5 and 4.5, and go up
  [0.000000025, 8, '0.00000002'], // 2.4999999999999998…e-8
  [-0.000000045, 8, '-0.00000004'], // 4.4999999999999999…e-8
  [0.1 + 0.2, 10, '0.3'],
  [-0.000000004, 8, '0'],
  [-0, 8, '0'],
  [1e-300, 10, '0'],
  [123456789012345680, 10, '123456789012345680'],
] as const)('%s to %i places is %s', (value, places, text) => {
  expect(roundDecimal(value, places)).toBe(text);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e21, -1e21])('refuses %s', (value) => {
  expect(() => roundDecimal(value, 8)).toThrow(RangeError);
});

it('keeps what is undefined undefined', () => {
  expect([roundPrice(null), roundRatio(null), roundPrice(0), roundRatio(0)]).toEqual([null, null, '0', '0']);
});

it('rounds any double as its exact expansion is rounded by hand', () => {
  const double = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  const tie = fc.tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.integer({ min: 0, max: 30 })).map(([n, shift]) => n / 2 ** shift);
  fc.assert(
    fc.property(fc.oneof(double, tie), fc.constantFrom(0, 2, 8, 10), (value, places) => {
      expect(scaled(roundDecimal(value, places), places)).toBe(roundedByHand(value, places));
    }),
    { numRuns: 2_000 },
  );
});

/** The text times 10^places. */
function scaled(text: string, places: number): bigint {
  const [whole, fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole! + fraction.padEnd(places, '0'));
  return text.startsWith('-') ? -digits : digits;
}

/** A double is mantissa × 2^exponent, both whole: value × 10^places by whole numbers, half away from zero. */
function roundedByHand(value: number, places: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const mantissa = (raw & (2n ** 52n - 1n)) | (biased === 0 ? 0n : 2n ** 52n);
  const exponent = Math.max(biased, 1) - 1_075;
  const numerator = mantissa * 10n ** BigInt(places) * (exponent > 0 ? 2n ** BigInt(exponent) : 1n);
  const denominator = exponent < 0 ? 2n ** BigInt(-exponent) : 1n;
  const rounded = (2n * numerator + denominator) / (2n * denominator);
  return value < 0 ? -rounded : rounded;
}
