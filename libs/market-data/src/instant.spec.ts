import { formatInstant, parseInstant } from './instant.js';

it('writes and reads whole seconds', () => {
  expect(formatInstant(1_701_388_800_000)).toBe('2023-12-01T00:00:00Z');
  expect(parseInstant('2023-12-01T00:00:00Z')).toBe(1_701_388_800_000);
});

it.each([
  '0000-12-31T00:00:00Z',
  '2023-12-01',
  '2023-12-01T00:00:00.000Z',
  '2023-02-30T00:00:00Z',
  '2023-12-01T24:00:00Z',
  '2023-12-01T00:00:00+00:00',
])('refuses %s', (text) => {
  expect(() => parseInstant(text)).toThrow(RangeError);
});

it('never loses part of a second', () => {
  expect(() => formatInstant(1)).toThrow(RangeError);
});
