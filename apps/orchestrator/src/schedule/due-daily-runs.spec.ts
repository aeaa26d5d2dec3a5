import { dailyRunKey, dueDailyRuns, lastDueDay } from './due-daily-runs.js';
import type { DailyRun } from './due-daily-runs.js';

const at = (instant: string): number => Date.parse(instant);
const run = (key: string): DailyRun => {
  const [, date, daysAfter] = key.split('/');
  return { date: date!, daysAfter: Number(daysAfter) as DailyRun['daysAfter'] };
};
const due = (instant: string, known: string[], catchUpDays = 7): string[] =>
  dueDailyRuns(at(instant), known.map(run), catchUpDays).due.map(dailyRunKey);

it.each([
  ['2023-12-02T00:14:59Z', '2023-11-30'],
  ['2023-12-02T00:15:00Z', '2023-12-01'],
  ['2023-12-02T23:59:59Z', '2023-12-01'],
  ['2024-03-01T00:15:00Z', '2024-02-29'],
])('at %s the last due day is %s', (instant, day) => {
  expect(lastDueDay(at(instant))).toBe(day);
});

it('the first start ever takes the last ended day alone', () => {
  expect(due('2023-12-02T09:00:00Z', [])).toEqual(['daily/2023-12-01/0']);
});

it('nothing is due before quarter past midnight, then the new day and the day before once more', () => {
  const known = ['daily/2023-12-01/0'];
  expect(due('2023-12-03T00:14:59Z', known)).toEqual([]);
  expect(due('2023-12-03T00:15:00Z', known)).toEqual(['daily/2023-12-02/0', 'daily/2023-12-01/1']);
  expect(due('2023-12-03T00:15:00Z', [...known, 'daily/2023-12-02/0'])).toEqual(['daily/2023-12-01/1']);
});

it('a week of mornings: each day at once, after a day and after a week, and never twice', () => {
  const started: string[] = [];
  for (let ms = at('2023-12-02T00:15:00Z'); ms < at('2023-12-12T00:00:00Z'); ms += 3_600_000) {
    const more = dueDailyRuns(ms, started.map(run), 7).due.map(dailyRunKey);
    started.push(...more);
  }
  expect(new Set(started).size).toBe(started.length);
  const days = (from: number, to: number, after: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, i) => `daily/2023-12-${String(from + i).padStart(2, '0')}/${after}`);
  expect([...started].sort()).toEqual([...days(1, 10, 0), ...days(1, 9, 1), ...days(1, 3, 7)].sort());
});

it('missed mornings are caught up in their order, as many as wanted, and the days beyond are told', () => {
  const known = ['daily/2023-12-01/0'];
  expect(due('2023-12-05T12:00:00Z', known)).toEqual([
    ...['daily/2023-12-02/0', 'daily/2023-12-01/1', 'daily/2023-12-03/0', 'daily/2023-12-02/1'],
    ...['daily/2023-12-04/0', 'daily/2023-12-03/1'],
  ]);
  expect(due('2023-12-05T12:00:00Z', known, 1)).toEqual(['daily/2023-12-04/0']);
  expect(dueDailyRuns(at('2023-12-05T12:00:00Z'), known.map(run), 1).skipped).toEqual(['2023-12-02', '2023-12-03']);
  expect(dueDailyRuns(at('2023-12-05T12:00:00Z'), known.map(run), 7).skipped).toEqual([]);
});

it('a crash between two starts of a morning leaves the rest to whoever comes', () => {
  const known = ['daily/2023-12-01/0', 'daily/2023-12-02/0', 'daily/2023-12-03/0', 'daily/2023-12-01/1'];
  expect(due('2023-12-04T00:15:00Z', known)).toEqual(['daily/2023-12-02/1']);
});

it('a clock that was put back starts nothing again', () => {
  expect(due('2023-12-03T12:00:00Z', ['daily/2023-12-05/0'])).toEqual([]);
});
