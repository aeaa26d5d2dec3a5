import { coverageOf, coverageProblem, isWhole } from './coverage.js';
import type { PeriodState } from './coverage.js';
import { parseWindowId } from './window.js';

const window = parseWindowId('candles/21600/BTC-USD/2023-02');
const widthMs = 21_600_000;
const states = (part: PeriodState[]): PeriodState[] => [...part, ...Array<PeriodState>(28 * 4 - part.length).fill('open')];

it('counts states and joins ranges where they touch', () => {
  const coverage = coverageOf(window, states(['present', 'unknown', 'unknown', 'no_trade', 'unknown', 'open']));
  expect(coverage).toEqual({
    present: 1,
    noTrade: 1,
    unknown: 3,
    open: 107,
    unknownRanges: [
      { fromMs: window.fromMs + widthMs, toMs: window.fromMs + 3 * widthMs },
      { fromMs: window.fromMs + 4 * widthMs, toMs: window.fromMs + 5 * widthMs },
    ],
    openRanges: [{ fromMs: window.fromMs + 5 * widthMs, toMs: window.toMs }],
  });
  expect(coverageProblem(window, coverage)).toBeNull();
  expect(isWhole(coverage)).toBe(false);
});

it('refuses states that are not the window', () => {
  expect(() => coverageOf(window, ['present'])).toThrow(RangeError);
});

it('sees a coverage that cannot be the window', () => {
  const good = coverageOf(window, states(['unknown', 'present', 'unknown']));
  const [first, second] = good.unknownRanges;
  const problem = (part: object): string | null => coverageProblem(window, { ...good, ...part });
  expect(problem({ present: good.present + 1 })).toMatch(/add up/);
  expect(problem({ present: -1 })).toMatch(/whole number/);
  expect(problem({ unknownRanges: [second, first] })).toMatch(/sorted/);
  expect(problem({ unknownRanges: [first] })).toMatch(/as many/);
  expect(problem({ unknownRanges: [{ ...first, toMs: first!.toMs + 1 }, second] })).toMatch(/grid/);
  expect(problem({ unknownRanges: [first, { fromMs: window.toMs - widthMs, toMs: window.toMs }] })).toMatch(/both/);
});
