import {
  dayAfter,
  durationText,
  endMinuteText,
  instantText,
  isDay,
  lastDayBefore,
  minuteText,
  msBetween,
  shortDay,
  timeText,
  widthText,
} from './instant.js';

it('instants read as UTC has them, whatever zone the reader is in', () => {
  const instant = '2023-12-28T23:59:05.108Z';
  expect([instantText(instant), timeText(instant), minuteText(instant)]).toEqual(['2023-12-28 23:59:05', '23:59:05', '23:59']);
});

it('a period of a day ends with the day', () => {
  expect(['2023-12-29T00:00:00Z', '2023-12-28T10:40:00Z'].map(endMinuteText)).toEqual(['24:00', '10:40']);
});

it.each([
  [0, '0.0 s'],
  [-5, '0.0 s'],
  [421, '0.4 s'],
  [949, '0.9 s'],
  [999, '1 s'],
  [59_400, '59 s'],
  [59_600, '1 min 00 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 05 min'],
  [273_600_000, '3 d 4 h'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it('days follow each other over months, years and leap days', () => {
  expect([dayAfter('2023-12-31', 1), dayAfter('2024-03-01', -1), dayAfter('2023-12-28', 0)]).toEqual([
    '2024-01-01',
    '2024-02-29',
    '2023-12-28',
  ]);
  expect([lastDayBefore('2023-12-29T00:00:00Z'), lastDayBefore('2023-12-29T00:01:00Z')]).toEqual(['2023-12-28', '2023-12-29']);
});

it.each([
  ['2023-12-28', true],
  ['2023-02-29', false],
  ['2023-1-1', false],
  ['', false],
])('"%s" is a day: %s', (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

it('what has not ended took no time yet', () => {
  expect(msBetween('2023-12-28T00:00:00Z', null)).toBeNull();
  expect(msBetween('2023-12-28T00:00:00Z', '2023-12-28T00:00:11.5Z')).toBe(11_500);
});

it('heads of columns are short', () => {
  expect(shortDay('2023-12-28')).toEqual({ day: '28', month: 'Dec', weekday: 'Th' });
});

it.each([
  [60, '1-minute'],
  [900, '15-minute'],
  [21_600, '6-hour'],
  [86_400, 'daily'],
  [7, '7-second'],
])('%i s is %s', (seconds, text) => {
  expect(widthText(seconds)).toBe(text);
});
