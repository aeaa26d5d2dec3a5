import { RangeLostError } from './kafka-errors.js';
import { rangeGoal } from './read-range.js';

const bounds = [{ partition: 2, low: '10', high: '20' }];

it.each([
  { from: 'earliest', to: 'latest', goal: { partition: 2, from: 10n, to: 20n } },
  { from: '12', to: '20', goal: { partition: 2, from: 12n, to: 20n } },
  { from: '3', to: '3', goal: { partition: 2, from: 3n, to: 3n } },
])('reads from $from to $to', ({ from, to, goal }) => {
  expect(rangeGoal('t', { partition: 2, from, to }, bounds)).toEqual(goal);
});

it('refuses what was deleted, what is not written yet, and what does not exist', () => {
  expect(() => rangeGoal('t', { partition: 2, from: '9', to: '20' }, bounds)).toThrow(RangeLostError);
  expect(() => rangeGoal('t', { partition: 2, from: '10', to: '21' }, bounds)).toThrow(RangeError);
  expect(() => rangeGoal('t', { partition: 3, from: '10', to: '20' }, bounds)).toThrow(RangeError);
});
