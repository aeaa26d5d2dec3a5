import { BackfillPace, progressBars, progressLine } from './backfill-progress.js';
import type { RunProgress } from './backfill-progress.js';

const at = (succeeded: number, more: Record<string, number> = {}): RunProgress => ({
  ...{ run_id: 'r', state: 'running', ended_at: null },
  products: [
    { product_id: 'BTC-USD', counts: { succeeded, waiting: 100 - succeeded } },
    { product_id: 'ETH-USD', counts: { waiting: 90, running: 10, ...more } },
  ],
});

it('has a bar for each product, and all together, within 80 columns', () => {
  const lines = progressBars(at(50, { partial: 3, failed: 2 }), 30);
  expect(lines).toEqual([
    `BTC-USD [${'#'.repeat(15)}${'.'.repeat(15)}] 50/100`,
    `ETH-USD [#${'.'.repeat(29)}] 5/105, 3 partial, 2 failed`,
    '55/205 windows, 3 partial, 2 failed, 30 windows/min, 5.0 min left',
  ]);
  const long = progressBars({ ...at(1), products: [{ product_id: 'A'.repeat(49), counts: { waiting: 123_456, partial: 99_999 } }] }, null);
  expect(Math.max(...long.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('goes by the pace of the last two minutes', () => {
  const pace = new BackfillPace();
  expect(pace.windowsPerMinute).toBeNull();
  pace.saw(at(0), 0);
  pace.saw(at(0), 60_000);
  expect(pace.windowsPerMinute).toBeNull();
  for (let minute = 2; minute <= 8; minute += 1) pace.saw(at(minute * 10), minute * 60_000);
  expect(pace.windowsPerMinute).toBe(10);
});

it('says nothing of a pace or an end that nobody knows', () => {
  expect(progressLine(at(0), null)).toBe('0/200 windows');
});
