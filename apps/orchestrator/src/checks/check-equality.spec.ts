import { checkEquality } from './check-equality.js';
import type { WindowInStores } from './check-equality.js';

const held = { rows: 3, csvSha256: 'ab'.repeat(32) };
const equal: WindowInStores = { windowId: 'candles/60/BTC-USD/2024-02-01', moving: false, warehouse: held, rds: held };
const outcome = (...windows: Partial<WindowInStores>[]): string =>
  checkEquality(
    'BTC-USD',
    windows.map((window) => ({ ...equal, ...window })),
  ).outcome;

it.each<[string, Partial<WindowInStores>, string]>([
  ['equal rows', {}, 'passed'],
  ['another hash', { rds: { ...held, csvSha256: 'cd'.repeat(32) } }, 'failed'],
  ['another number of rows', { warehouse: { ...held, rows: 2 } }, 'failed'],
  ['nothing in Redshift', { warehouse: null }, 'failed'],
  ['nothing in Postgres', { rds: null }, 'failed'],
  ['a newer telling on its way, and nothing in common yet', { moving: true, warehouse: null, rds: null }, 'skipped'],
])('%s: %s', (_what, window, expected) => {
  expect(outcome(window)).toBe(expected);
});

it('one unequal window is enough, one on its way is passed over', () => {
  expect(outcome({}, { rds: null }, {})).toBe('failed');
  expect(outcome({}, { moving: true, warehouse: null })).toBe('passed');
  expect(outcome()).toBe('skipped');
});
