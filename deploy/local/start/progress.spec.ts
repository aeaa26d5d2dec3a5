import { progressBlock, progressLine, progressOf } from './progress.js';
import type { RunWindow } from './runs-api.js';

const window = (stages: Partial<RunWindow['stages']>, state = 'running'): RunWindow => ({
  window: { id: 'candles/60/BTC-USD/2023-12-01' },
  state,
  stages: { collect: 'waiting', archive: 'waiting', load_warehouse: 'waiting', load_rds: 'waiting', ...stages },
  error: null,
});
const progress = progressOf([
  window({ collect: 'done', archive: 'done' }),
  window({ collect: 'done' }),
  window({ collect: 'failed' }, 'failed'),
]);

it('counts what each stage has done', () => {
  expect(progressLine(progress)).toBe('collected 2/3, archived 1/3, Redshift 0/3, Postgres 0/3, failed 1');
});

it('draws bars that fit 80 columns', () => {
  const lines = progressBlock({ ...progress, windows: 200_000, collected: 200_000 }, 1_234);
  expect(lines[0]).toContain('#'.repeat(40));
  for (const line of lines) expect(line.length).toBeLessThan(80);
});

it('draws an empty run', () => {
  expect(progressBlock(progressOf([]), 0)[0]).toContain('.'.repeat(40));
});
