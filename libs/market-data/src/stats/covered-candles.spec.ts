import { candleWindowAt } from '../window.js';
import { countStates, coverSpan, periodStates } from './covered-candles.js';
import { candleAt, D, DAY, MINUTE, minutesOf } from './test-candles.js';

const range = (first: number, periods: number): { fromMs: number; toMs: number } => ({
  fromMs: D + first * MINUTE,
  toMs: D + (first + periods) * MINUTE,
});

it('knows each period by its candle or range; the rest had no trade', () => {
  const states = periodStates(minutesOf({ 3: '1', 0: '1' }, { unknownRanges: [range(4, 2)], openRanges: [range(1_430, 10)] }));
  expect([...states.slice(0, 7)]).toEqual([1, 0, 0, 1, 2, 2, 0]);
  expect(countStates(states)).toEqual({ present: 2, no_trade: 1_426, unknown: 2, open: 10 });
});

it.each([
  ['a candle off the grid', minutesOf({}, { candles: [candleAt(D + 1_000, '1')] }), /grid/],
  ['a candle of the day before', minutesOf({ [-1]: '1' }), /grid/],
  ['a candle of the day after', minutesOf({ 1_440: '1' }), /grid/],
  ['a range over the end', minutesOf({}, { openRanges: [range(1_439, 2)] }), /grid/],
  ['an empty range', minutesOf({}, { unknownRanges: [range(5, 0)] }), /grid/],
  ['two candles of a period', minutesOf({}, { candles: [candleAt(D, '1'), candleAt(D, '2')] }), /twice/],
  ['a candle of an unknown period', minutesOf({ 5: '1' }, { unknownRanges: [range(4, 2)] }), /twice/],
  ['a period both unknown and open', minutesOf({}, { unknownRanges: [range(4, 2)], openRanges: [range(5, 1)] }), /twice/],
  ['a span of no period', minutesOf({}, { toMs: D }), /whole periods/],
  ['a span of half a period', minutesOf({}, { toMs: D + 30_000 }), /whole periods/],
])('refuses %s', (_, covered, message) => {
  expect(() => periodStates(covered)).toThrow(message);
});

describe('a span over years', () => {
  const year = (at: number): ReturnType<typeof candleWindowAt> => candleWindowAt('BTC-USD', 86_400, Date.UTC(at, 0));
  const newYear = Date.UTC(2024, 0);
  const last = { window: year(2023), candles: [candleAt(newYear - 2 * DAY, '1'), candleAt(newYear - DAY, '2')] };
  const coverage = { unknownRanges: [{ fromMs: newYear - 10 * DAY, toMs: newYear - 2 * DAY }], openRanges: [] };
  const wanted = { granularity: 86_400, fromMs: newYear - 4 * DAY, toMs: newYear + 3 * DAY } as const;

  it('is cut out of the windows, in whatever order they come', () => {
    const open = { unknownRanges: [], openRanges: [{ fromMs: newYear + 2 * DAY, toMs: Date.UTC(2025, 0) }] };
    const next = { window: year(2024), candles: [candleAt(newYear, '3')], coverage: open };
    const states = [2, 2, 1, 1, 1, 0, 3];
    expect([...periodStates(coverSpan(wanted, [{ ...last, coverage }, next]))]).toEqual(states);
    expect([...periodStates(coverSpan(wanted, [next, { ...last, coverage }]))]).toEqual(states);
  });

  it('is unknown where there is no window', () => {
    expect([...periodStates(coverSpan(wanted, [{ ...last, coverage }]))]).toEqual([2, 2, 1, 1, 2, 2, 2]);
    expect([...periodStates(coverSpan(wanted, []))]).toEqual([2, 2, 2, 2, 2, 2, 2]);
  });

  it('is of one width, each day told once', () => {
    const minutes = { window: candleWindowAt('BTC-USD', 60, newYear), candles: [], coverage: { unknownRanges: [], openRanges: [] } };
    expect(() => coverSpan(wanted, [minutes])).toThrow(/window of 60 s/);
    expect(() =>
      coverSpan(wanted, [
        { ...last, coverage },
        { ...last, coverage },
      ]),
    ).toThrow(/overlap/);
  });
});
