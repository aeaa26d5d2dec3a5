import fc from 'fast-check';
import { decimalSum, decimalText, scaledOf } from './decimal-sum.js';
import { instantText, paddedText, priceText, volumeText } from './number-text.js';

it.each([
  [4_183_473, 2, '41834.73'],
  [4_183_500, 2, '41835'],
  [1_012, 8, '0.00001012'],
  [7, 8, '7e-8'],
])('price of %s increments at %s decimals: %s', (increments, decimals, text) => {
  expect(priceText(increments, decimals)).toBe(text);
});

it.each([
  [216_867, 0, '216867.0'],
  [150, 2, '1.5'],
  [4_776, 8, '4.776e-05'],
  [1, 6, '1e-06'],
  [1, 4, '0.0001'],
])('volume of %s increments at %s decimals: %s', (increments, decimals, text) => {
  expect(volumeText(increments, decimals)).toBe(text);
});

it.each([
  [904_288, 2, 8, '9042.88000000'],
  [8_990_000, 8, 8, '0.08990000'],
  [985, 0, 8, '985.00000000'],
  [985, 0, 0, '985'],
  [5, 2, 2, '0.05'],
])('%s increments at %s decimals with %s places: %s', (increments, decimals, places, text) => {
  expect(paddedText(increments, decimals, places)).toBe(text);
});

it.each([
  [353, '2020-02-17T07:23:16.353Z'],
  [350, '2020-02-17T07:23:16.35Z'],
  [300, '2020-02-17T07:23:16.3Z'],
  [0, '2020-02-17T07:23:16Z'],
])('an instant of %s milliseconds: %s', (ms, text) => {
  expect(instantText(Date.UTC(2020, 1, 17, 7, 23, 16, ms))).toBe(text);
});

it('every form means the same number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 14 }), fc.nat(8), (increments, decimals) => {
      const exact = decimalText({ units: BigInt(increments), scale: decimals });
      const plain = (text: string): string => decimalText(scaledOf(text));
      expect(plain(priceText(increments, decimals))).toBe(exact);
      expect(plain(volumeText(increments, decimals))).toBe(exact);
      expect(decimalSum([paddedText(increments, decimals, 8), '0'])).toBe(exact);
    }),
  );
});
