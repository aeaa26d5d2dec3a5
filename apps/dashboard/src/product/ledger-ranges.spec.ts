import { knownRanges, rangesOf, windowPeriod } from './ledger-ranges.js';

it.each([
  ['candles/86400/BTC-USD/2026', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['candles/3600/BTC-USD/2026-12', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['candles/60/BTC-USD/2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
])('%s is [%s, %s)', (id, from, to) => {
  expect(windowPeriod(id)).toEqual({ from, to });
});

it('reads ranges in periods of the window', () => {
  expect(rangesOf('', 'candles/60/BTC-USD/2024-02-29', 60)).toEqual([]);
  expect(rangesOf('0+2 1439+1', 'candles/60/BTC-USD/2024-02-29', 60)).toEqual([
    { from: '2024-02-29T00:00:00Z', to: '2024-02-29T00:02:00Z' },
    { from: '2024-02-29T23:59:00Z', to: '2024-03-01T00:00:00Z' },
  ]);
});

it('what no window covers is unknown', () => {
  const year = (label: number, open_ranges = ''): { window_id: string; unknown_ranges: string; open_ranges: string } => ({
    ...{ window_id: `candles/86400/BTC-USD/${label}`, unknown_ranges: '3+1', open_ranges },
  });
  const { unknown, open } = knownRanges([year(2026, '364+1'), year(2024)], 86_400, {
    from: '2024-06-01T00:00:00Z',
    to: '2027-01-03T00:00:00Z',
  });
  expect(open).toEqual([{ from: '2026-12-31T00:00:00Z', to: '2027-01-01T00:00:00Z' }]);
  expect(unknown).toEqual([
    { from: '2026-01-04T00:00:00Z', to: '2026-01-05T00:00:00Z' },
    { from: '2024-01-04T00:00:00Z', to: '2024-01-05T00:00:00Z' },
    { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    { from: '2027-01-01T00:00:00Z', to: '2027-01-03T00:00:00Z' },
  ]);
  expect(knownRanges([], 86_400, { from: '2024-06-01T00:00:00Z', to: '2024-06-02T00:00:00Z' }).unknown).toHaveLength(1);
});
