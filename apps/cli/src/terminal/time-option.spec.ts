import { timeOption } from './time-option.js';

it.each([
  ['2023-12-01', '2023-12-01T00:00:00.000Z'],
  ['2023-12-01T10:20Z', '2023-12-01T10:20:00.000Z'],
  ['2023-12-01T10:20:30Z', '2023-12-01T10:20:30.000Z'],
  ['90m', '2023-12-04T22:30:00.000Z'],
  ['3d', '2023-12-02T00:00:00.000Z'],
])('%s', (text, instant) => {
  expect(new Date(timeOption(text, Date.parse('2023-12-05'))).toISOString()).toBe(instant);
});

it.each(['', 'yesterday', '2023-02-30', '2023-13-01', '2023-12-01T10:20', '1.5h', '-2h', '20231201'])('is no time: %j', (text) => {
  expect(() => timeOption(text)).toThrow('UTC day');
});
