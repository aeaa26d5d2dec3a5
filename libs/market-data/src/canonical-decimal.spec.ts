import fc from 'fast-check';
import { canonicalDecimal, fitsDecimal, PRICE_TYPE, SIZE_TYPE } from './canonical-decimal.js';

it.each([
  ['4.776e-05', '0.00004776'],
  ['41835.0', '41835'],
  ['0.08990000', '0.0899'],
  ['1E+3', '1000'],
  ['1.25e1', '12.5'],
  ['12e-1', '1.2'],
  ['-0.0', '0'],
  ['-0', '0'],
  ['-1.50', '-1.5'],
  ['+7', '7'],
  ['007', '7'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['0e5', '0'],
  ['985', '985'],
])('%s is written %s', (text, canonical) => {
  expect(canonicalDecimal(text)).toBe(canonical);
});

it.each(['', '.', '-', 'e5', '1e', '1,5', '0x10', 'NaN', 'Infinity', ' 1', '1 ', '1.2.3', '--1'])('refuses "%s"', (text) => {
  expect(() => canonicalDecimal(text)).toThrow(RangeError);
});

it('keeps the value, and is its own fixed point', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -12, max: 12 }), (digits, exponent) => {
      const canonical = canonicalDecimal(`${digits}e${exponent}`);
      expect(canonicalDecimal(canonical)).toBe(canonical);
      expect(canonicalDecimal(`${canonical}e${-exponent}`)).toBe(digits.toString());
    }),
  );
});

it('knows what a column holds without loss', () => {
  expect(fitsDecimal('99999999999999.9999999999', PRICE_TYPE)).toBe(true);
  expect(fitsDecimal('100000000000000', PRICE_TYPE)).toBe(false);
  expect(fitsDecimal('0.00000000001', PRICE_TYPE)).toBe(false);
  expect(fitsDecimal('-0.0000000001', PRICE_TYPE)).toBe(true);
  expect(fitsDecimal('100000000000000', SIZE_TYPE)).toBe(true);
});
