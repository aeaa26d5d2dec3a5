import { retryWaitMs } from './retry-wait.js';

it('waits longer each time, up to ten seconds', () => {
  expect([0, 1, 2, 3, 4, 100].map(retryWaitMs)).toEqual([1_000, 2_000, 5_000, 10_000, 10_000, 10_000]);
});
