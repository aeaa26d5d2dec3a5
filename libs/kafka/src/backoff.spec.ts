import { backoffMs, waitMs } from './backoff.js';

const backoff = { initialMs: 500, maxMs: 30_000 };

it.each([
  { attempt: 1, random: 0, ms: 250 },
  { attempt: 1, random: 1, ms: 500 },
  { attempt: 3, random: 0.5, ms: 1_500 },
  { attempt: 7, random: 1, ms: 30_000 },
  { attempt: 1_000_000, random: 0, ms: 15_000 },
])('waits $ms ms before attempt $attempt', ({ attempt, random, ms }) => {
  expect(backoffMs(attempt, backoff, random)).toBe(ms);
});

it('ends a wait by its signal', async () => {
  const controller = new AbortController();
  const waited = waitMs(60_000, controller.signal);
  controller.abort();
  expect(await waited).toBe(false);
  expect(await waitMs(1, new AbortController().signal)).toBe(true);
});
