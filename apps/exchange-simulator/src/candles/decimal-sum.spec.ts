import fc from 'fast-check';
import { decimalSum, decimalText, scaledOf } from './decimal-sum.js';

it.each([
  { texts: ['0.1', '0.2'], sum: '0.3' },
  { texts: ['4.776e-05', '1'], sum: '1.00004776' },
  { texts: ['41835.0', '0.50'], sum: '41835.5' },
  { texts: ['1e3', '2.5E+2'], sum: '1250' },
  { texts: ['216867.0', '38113.5'], sum: '254980.5' },
  { texts: ['123456789012345678.00000001', '1e-9'], sum: '123456789012345678.000000011' },
  { texts: [], sum: '0' },
])('$texts add up to $sum, exactly', ({ texts, sum }) => {
  expect(decimalSum(texts)).toBe(sum);
});

it('a single number keeps its text', () => {
  expect(decimalSum(['41835.0'])).toBe('41835.0');
  expect(decimalSum(['4.776e-05'])).toBe('4.776e-05');
});

it('reads back what it writes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat(12), (units, scale) => {
      const read = scaledOf(decimalText({ units, scale }));
      expect(read.units * 10n ** BigInt(scale - read.scale)).toBe(units);
    }),
  );
});

it('is exact whatever is added', () => {
  const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.nat(10)).map(([units, scale]) => ({ units, scale }));
  fc.assert(
    fc.property(fc.array(decimal, { minLength: 2, maxLength: 50 }), (decimals) => {
      const exact = decimals.reduce((sum, { units, scale }) => sum + units * 10n ** BigInt(10 - scale), 0n);
      expect(decimalSum(decimals.map(decimalText))).toBe(decimalText({ units: exact, scale: 10 }));
    }),
  );
});
