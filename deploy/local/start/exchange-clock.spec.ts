import { dayRange, historyRange, lastWholeDay } from './exchange-clock.js';

const NOON = Date.parse('2023-12-29T12:00:00Z');

it('the last whole day is yesterday, also on the stroke of midnight', () => {
  expect(lastWholeDay(NOON)).toBe('2023-12-28');
  expect(lastWholeDay(Date.parse('2023-12-29T00:00:00Z'))).toBe('2023-12-28');
});

it('a day under way may be collected, one to come may not', () => {
  expect(dayRange('2023-12-29', NOON)).toEqual({ fromMs: Date.parse('2023-12-29'), toMs: Date.parse('2023-12-30') });
  expect(() => dayRange('2023-12-30', NOON)).toThrow("--date 2023-12-30 has not begun on the exchange's clock (2023-12-29T12:00:00Z).");
});

it('the history ends with the day', () => {
  const { fromMs, toMs } = historyRange(dayRange('2023-12-28', NOON), 2);
  expect([new Date(fromMs), new Date(toMs)].map((date) => date.toISOString().slice(0, 10))).toEqual(['2023-12-27', '2023-12-29']);
});
