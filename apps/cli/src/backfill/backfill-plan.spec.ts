import { planLines } from './backfill-plan.js';
import type { BackfillPlan } from './backfill-plan.js';
import { durationText } from './duration-text.js';

const plan: BackfillPlan = {
  ...{ dataset: 'candles', granularity: 60, from: '2023-01-01T00:00:00Z', to: '2024-01-01T00:00:00Z', run_id: null },
  ...{ windows: 5_475, whole: 5, partial: 2, asked: 5_470, requests: 27_350, requests_basis: 'pages', requests_per_second: 9.9 },
  ...{ seconds: 2_763, objects: 16_410, loads: 10, redshift_minutes: 10 },
  products: [{ product_id: 'BTC-USD', windows: 365, whole: 5, partial: 2, requests: 1_800 }],
};

it('tells the plan, each line within 80 columns', () => {
  const lines = planLines(plan, 80);
  expect(lines).toContain('windows   5,475, 5 whole already, 5,470 to ask for');
  expect(lines).toContain('requests  27,350');
  expect(lines).toContain('time      46.0 min at 9.9 requests/s');
  expect(lines).toContain('loads     10 of Redshift, 10 minutes billed at least');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('says on what a guess rests, and which run is under way', () => {
  const lines = planLines({ ...plan, requests_basis: 'probes_alone', requests_per_second: null, run_id: 'abc' });
  expect(lines).toContain('requests  27,350, at least: no trades are loaded to guess from');
  expect(lines).toContain('time      the exchange sets no limit');
  expect(lines.at(-1)).toBe('under way in run abc');
});

it.each([
  [0, '0 s'],
  [59.2, '60 s'],
  [2_763, '46.0 min'],
  [11_100, '3 h 5 min'],
])('%d s are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
