import { amountText, countText, grouped, percentText, pricePlaces, priceText, rounded, signOf } from './decimal.js';

it.each([
  ['41834.735', 2, '41834.74'],
  ['41834.734', 2, '41834.73'],
  ['0.005', 2, '0.01'],
  ['-0.005', 2, '-0.01'],
  ['-0.004', 2, '0.00'],
  ['9.999', 2, '10.00'],
  ['7', 3, '7.000'],
  ['7.5', 0, '8'],
  ['12345678901234567890.123456789', 4, '12345678901234567890.1235'],
])('%s to %i places is %s', (decimal, places, text) => {
  expect(rounded(decimal, places)).toBe(text);
});

it.each([
  ['0', '0'],
  ['999', '999'],
  ['1000', '1,000'],
  ['-1234567.1', '−1,234,567.1'],
  ['9007199254740993.01', '9,007,199,254,740,993.01'],
])('%s reads %s', (decimal, text) => {
  expect(grouped(decimal)).toBe(text);
});

it.each([
  ['41834.7', '41,834.70'],
  ['100', '100.00'],
  ['99.123456', '99.123'],
  ['1.2345678', '1.2346'],
  ['0.00001865', '0.000018650'],
  ['0.5', '0.50000'],
  ['0', '0.00'],
])('a price of %s reads %s', (decimal, text) => {
  expect(priceText(decimal)).toBe(text);
});

it('prices have two places at least', () => {
  expect([pricePlaces('41834.7'), pricePlaces('12'), pricePlaces('0.0001')]).toEqual([2, 3, 8]);
});

it.each([
  ['0.05473898', {}, '5.47 %'],
  ['-0.05473898', { signed: true }, '−5.47 %'],
  ['0.05', { signed: true }, '+5.00 %'],
  ['0', { signed: true }, '0.00 %'],
  ['-0.000001', { signed: true }, '0.00 %'],
  ['12.3456', {}, '1,234.56 %'],
  ['0.5', { places: 0 }, '50 %'],
  ['1', { places: 1 }, '100.0 %'],
])('the fraction %s with %j is %s', (fraction, options, text) => {
  expect(percentText(fraction, options)).toBe(text);
});

it.each([
  ['9.73415812', '9.73'],
  ['973.4', '973.4'],
  ['9734.4', '9.73 k'],
  ['84734', '84.7 k'],
  ['847340', '847 k'],
  ['-12345678.9', '−12.3 M'],
  ['1234567890123.5', '1.23 T'],
])('an amount of %s is %s in short', (decimal, text) => {
  expect(amountText(decimal)).toBe(text);
});

it('tells which way it goes', () => {
  expect(['-0.1', '0.00', '-0', '3'].map(signOf)).toEqual([-1, 0, 0, 1]);
});

it('counts have their thousands apart', () => {
  expect([countText(0), countText(1_440), countText(25_521_000)]).toEqual(['0', '1,440', '25,521,000']);
});

it.each(['1e5', '', '+1', '.5', 'NaN'])('"%s" is refused', (text) => {
  expect(() => grouped(text)).toThrow(RangeError);
});
