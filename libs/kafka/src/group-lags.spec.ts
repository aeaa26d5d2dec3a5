import { lagOf } from './group-lags.js';

it.each([
  { of: 'nothing committed', committed: -1n, low: 0n, high: 5n, lag: 5 },
  { of: 'part of it', committed: 3n, low: 0n, high: 5n, lag: 2 },
  { of: 'the end', committed: 5n, low: 0n, high: 5n, lag: 0 },
  { of: 'what was deleted since', committed: 3n, low: 10n, high: 12n, lag: 2 },
  { of: 'more than there is, after the topic was made anew', committed: 9n, low: 0n, high: 5n, lag: 0 },
])('lag with $of', ({ committed, low, high, lag }) => {
  expect(lagOf(committed, low, high)).toBe(lag);
});
