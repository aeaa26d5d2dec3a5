import { backoffMs, meaningOf } from './retry-policy.js';

it.each([
  [200, 'ok'],
  [429, 'rate_limited'],
  [404, 'not-found'],
  [400, 'refused'],
  [405, 'refused'],
  [422, 'refused'],
  ...([204, 301, 401, 403, 407, 408, 500, 502, 503, 504, 520, 599] as const).map((status) => [status, 'exchange_unavailable'] as const),
] as const)('status %i means %s', (status, meaning) => {
  expect(meaningOf(status)).toBe(meaning);
});

it('waits twice as long each time, up to a bound, half of it by chance', () => {
  expect([1, 2, 3, 6, 7, 1_000].map((attempt) => backoffMs(attempt, 0))).toEqual([125, 250, 500, 4_000, 7_500, 7_500]);
  expect([1, 2, 3, 6, 7, 1_000].map((attempt) => backoffMs(attempt, 0.5))).toEqual([187.5, 375, 750, 6_000, 11_250, 11_250]);
});
