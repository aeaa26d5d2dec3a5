import { RequestCounts } from './request-counts.js';

it('counts by outcome and endpoint, and tells the first and the last instant', () => {
  let nowMs = 1_700_000_000_000;
  const ended: unknown[] = [];
  const counts = new RequestCounts(
    (outcome) => ended.push(outcome),
    () => nowMs,
    () => nowMs - 1_600_000_000_000,
  );
  expect(counts.report()).toMatchObject({ total: 0, first_at: null, last_at: null, elapsed_ms: 0 });
  counts.arrived('candles');
  counts.ended(200);
  nowMs += 1_500;
  counts.arrived('candles');
  counts.ended(429);
  counts.arrived('time');
  counts.ended('cut');
  expect(counts.report()).toEqual({
    total: 3,
    by_status: { 200: 1, 429: 1, cut: 1 },
    rate_limited: 1,
    by_endpoint: { candles: 2, time: 1 },
    first_at: '2023-11-14T22:13:20.000Z',
    last_at: '2023-11-14T22:13:21.500Z',
    elapsed_ms: 1_500,
  });
  expect(ended).toEqual([200, 429, 'cut']);
  counts.reset();
  expect(counts.report()).toMatchObject({ total: 0, by_status: {}, rate_limited: 0, first_at: null });
});
