import { joinGaps, periodsByClass } from './join-gaps.js';

const at = (minute: number): string => `2023-12-28T00:${String(minute).padStart(2, '0')}:00Z`;
const period = { from: at(0), to: at(10), granularity: 60 };

it('a whole period has no gap', () => {
  expect(joinGaps({ ...period, to: at(3), present: [at(0), at(1), at(2)], unknown: [], open: [] })).toEqual([]);
});

it('joins neighbours of one class, and keeps classes apart', () => {
  const gaps = joinGaps({
    ...period,
    present: [at(0), at(4)],
    unknown: [{ from: at(2), to: at(4) }],
    open: [{ from: at(8), to: at(10) }],
  });
  expect(gaps).toEqual([
    { class: 'no_trade', from: at(1), to: at(2) },
    { class: 'unknown', from: at(2), to: at(4) },
    { class: 'no_trade', from: at(5), to: at(8) },
    { class: 'open', from: at(8), to: at(10) },
  ]);
  expect(periodsByClass(gaps, 60)).toEqual({ no_trade: 4, unknown: 2, open: 2 });
});

it('a candle that is there is no gap, whatever the ranges say', () => {
  expect(joinGaps({ ...period, to: at(1), present: [at(0)], unknown: [{ from: at(0), to: at(1) }], open: [] })).toEqual([]);
});

it('without candles the whole period is one gap', () => {
  expect(joinGaps({ ...period, present: [], unknown: [], open: [] })).toEqual([{ class: 'no_trade', from: at(0), to: at(10) }]);
});
