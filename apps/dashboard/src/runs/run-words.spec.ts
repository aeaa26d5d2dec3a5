import type { RunSummary } from '../api/shapes.js';
import { countsText, runTitle, taskCount } from './run-words.js';

const run = (part: Partial<RunSummary>): RunSummary => ({
  ...{ run_id: '018c', kind: 'range', date: null, days_after: null, idempotency_key: null, state: 'running', dataset: 'candles' },
  ...{ granularity: 60, products: ['BTC-USD'], from: '2023-12-01T00:00:00Z', to: '2023-12-02T00:00:00Z', origin: 'scheduled' },
  ...{ created_at: '', deadline_at: null, late: false, cancelled_at: null, ended_at: null, counts: {} },
  ...part,
});

it.each<[Partial<RunSummary>, string]>([
  [{}, '1-minute candles, 2023-12-01'],
  [{ granularity: 86_400, to: '2024-01-01T00:00:00Z' }, 'Daily candles, 2023-12-01 to 2023-12-31'],
  [{ kind: 'daily', date: '2023-12-01', days_after: 0 }, 'Daily run of 2023-12-01'],
  [{ kind: 'daily', date: '2023-12-01', days_after: 7 }, 'Daily run of 2023-12-01, again after a week'],
  [{ kind: 'daily', date: '2023-12-01', days_after: 3 }, 'Daily run of 2023-12-01, again after 3 days'],
])('%j is "%s"', (part, title) => {
  expect(runTitle(run(part))).toBe(title);
});

it('counts tasks by state, the good ones first', () => {
  expect(countsText({ failed: 1, succeeded: 14, running: 3, waiting: 0 })).toBe('14 succeeded, 1 failed, 3 running');
  expect([taskCount({ failed: 1, succeeded: 14 }), taskCount({}), countsText({})]).toEqual([15, 0, 'no tasks']);
});
