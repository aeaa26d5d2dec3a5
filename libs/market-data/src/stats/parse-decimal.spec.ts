import fc from 'fast-check';
import { canonicalDecimal } from '../canonical-decimal.js';
import { parseCanonical } from './parse-decimal.js';

it.each(['0', '7', '37718.01', '0.00000912', '123456789012345', '0.123456789012345', '12345678901234567890.0123456789'])('%s', (text) => {
  expect(parseCanonical(text)).toBe(Number(text));
});

it.each(['', '.', '5.', '.5', '1.50', '007', '00.5', '-1', '+1', '1e5', ' 1', '1 ', '0x10', 'Infinity', '1.2.3', '1,5'])(
  'refuses "%s"',
  (text) => {
    expect(parseCanonical(text)).toBeNaN();
  },
);

it('is the nearest double, as Number is', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 24n }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
      (n, cut, places) => {
        const text = canonicalDecimal(`${n / 10n ** BigInt(cut)}e-${places}`);
        expect(parseCanonical(text)).toBe(Number(text));
      },
    ),
    { numRuns: 2_000 },
  );
});
