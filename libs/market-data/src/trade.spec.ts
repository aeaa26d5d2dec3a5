import { PRICE_TYPE } from './canonical-decimal.js';
import { formatTradeTime, readStoredDecimal, readTradeTime } from './trade.js';

it.each([
  ['2021-04-17T16:43:37.089723Z', '2021-04-17T16:43:37.089Z'],
  ['2021-04-17T16:43:37.089Z', '2021-04-17T16:43:37.089Z'],
  ['2021-04-17T16:43:37.999999999Z', '2021-04-17T16:43:37.999Z'],
  ['2021-04-17T16:43:37.5Z', '2021-04-17T16:43:37.500Z'],
  ['2021-04-17T16:43:37Z', '2021-04-17T16:43:37.000Z'],
  ['2024-02-29T23:59:59.000001Z', '2024-02-29T23:59:59.000Z'],
])('%s is written %s', (told, written) => {
  expect(formatTradeTime(readTradeTime(told)!)).toBe(written);
});

it.each([
  '',
  'yesterday',
  '2021-04-17',
  '2021-04-17T16:43:37.089723',
  '2021-04-17T16:43:37+00:00',
  '2023-02-30T00:00:00Z',
  '2023-02-03T25:00:00Z',
])('"%s" is no time of a trade', (told) => {
  expect(readTradeTime(told)).toBeNull();
});

it('a part of a millisecond is not written', () => {
  expect(() => formatTradeTime(1.5)).toThrow(RangeError);
});

it.each([
  ['0.08990000', '0.0899'],
  ['985', '985'],
  ['0', '0'],
  ['-1', null],
  ['', null],
  ['NaN', null],
  ['0.00000000001', null],
  ['1e20', null],
])('"%s" is stored as %s', (told, stored) => {
  expect(readStoredDecimal(told, PRICE_TYPE)).toBe(stored);
});
