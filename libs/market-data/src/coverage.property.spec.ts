import fc from 'fast-check';
import { coverageOf, coverageProblem, isWhole, periodsIn } from './coverage.js';
import type { Coverage, PeriodState, Range } from './coverage.js';
import { candleWindowAt, periodCount } from './window.js';

type Alteration = (coverage: Coverage) => Coverage;

const STATES = ['present', 'no_trade', 'unknown', 'open'] as const;
const window = candleWindowAt('BTC-USD', 86_400, Date.UTC(2023, 5));
const widthMs = window.granularity * 1_000;
const periods = periodCount(window);
/** Runs of one state, as they come: an outage, the end that is open. */
const states: fc.Arbitrary<PeriodState[]> = fc
  .array(fc.tuple(fc.constantFrom(...STATES), fc.integer({ min: 1, max: 90 })), { minLength: 1, maxLength: 30 })
  .map((runs) => {
    const all = runs.flatMap(([state, length]) => Array.from({ length }, () => state));
    return Array.from({ length: periods }, (_, at) => all[at % all.length]!);
  });
const holds = (ranges: readonly Range[], at: number): boolean =>
  ranges.some(({ fromMs, toMs }) => fromMs <= window.fromMs + at * widthMs && window.fromMs + at * widthMs < toMs);

it('counts and ranges say of each period what it is, and nothing is wrong with them', () => {
  fc.assert(
    fc.property(states, (told) => {
      const coverage = coverageOf(window, told);
      expect(coverageProblem(window, coverage)).toBeNull();
      expect(told.map((_, at) => holds(coverage.unknownRanges, at))).toEqual(told.map((state) => state === 'unknown'));
      expect(told.map((_, at) => holds(coverage.openRanges, at))).toEqual(told.map((state) => state === 'open'));
      expect(periodsIn(window, coverage.unknownRanges)).toBe(coverage.unknown);
      expect(isWhole(coverage)).toBe(!told.includes('unknown') && !told.includes('open'));
    }),
    { numRuns: 60 },
  );
});

it('a coverage of which one thing is altered is not taken', () => {
  const counts = fc.constantFrom('present' as const, 'noTrade' as const, 'unknown' as const, 'open' as const);
  const alter: fc.Arbitrary<Alteration> = fc.oneof(
    counts.map((count): Alteration => (coverage) => ({ ...coverage, [count]: coverage[count] + 1 })),
    fc.constantFrom('unknownRanges' as const, 'openRanges' as const).map((name): Alteration => (coverage) => ({
      ...coverage,
      [name]: [...coverage[name], { fromMs: window.toMs, toMs: window.toMs + widthMs }],
    })),
    fc.constantFrom(1, -1, widthMs, widthMs / 2).map((byMs): Alteration => (coverage) => ({
      ...coverage,
      unknownRanges: [...coverage.unknownRanges, { fromMs: window.fromMs, toMs: window.fromMs + byMs }],
    })),
  );
  fc.assert(
    fc.property(states, alter, (told, altered) => {
      expect(coverageProblem(window, altered(coverageOf(window, told)))).not.toBeNull();
    }),
    { numRuns: 60 },
  );
});
