import type { IdRange } from './trade-chain.js';
import { idsIn, idRangesProblem } from './trade-chain.js';
import type { Window } from './window.js';
import { periodCount } from './window.js';

/**
 * What is known of one period (design §3). `present`: it has a row. `no_trade`: the exchange answered for it late enough and had none.
 * `unknown`: not answered, answered too early or from a stale cache, or no row while the product is not online. `open`: not over yet.
 */
export type PeriodState = 'present' | 'no_trade' | 'unknown' | 'open';

/** Half-open, milliseconds since the epoch, on the window's grid. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Coverage {
  readonly present: number;
  readonly noTrade: number;
  readonly unknown: number;
  readonly open: number;
  /** sorted, joined where they touch */
  readonly unknownRanges: readonly Range[];
  readonly openRanges: readonly Range[];
  /** of a window of trades, and of it alone: the trades that are unknown */
  readonly missingIds?: readonly IdRange[];
}

/**
 * Coverage of a window of trades. It has no grid, so that what counts is trades: `present` those that are told, `unknown` those whose ids are
 * missing in the chain. There is no `no_trade`, and no `open`: it is collected when it is over. An hour without a trade has neither.
 */
export function tradeCoverage(present: number, missingIds: readonly IdRange[]): Coverage {
  return { present, noTrade: 0, unknown: idsIn(missingIds), open: 0, unknownRanges: [], openRanges: [], missingIds };
}

/** How long after a period's end the exchange's answer for it counts as final, milliseconds. */
export const SETTLE_DELAY_MS = 60_000;

/**
 * Counts and ranges of a window's periods, from the state of each in time order.
 * @throws RangeError when the states are not as many as the window's periods
 */
export function coverageOf(window: Window, states: readonly PeriodState[]): Coverage {
  if (states.length !== periodCount(window)) throw new RangeError(`${states.length} states for ${periodCount(window)} periods`);
  const counts: Record<PeriodState, number> = { present: 0, no_trade: 0, unknown: 0, open: 0 };
  for (const state of states) counts[state] += 1;
  return {
    present: counts.present,
    noTrade: counts.no_trade,
    unknown: counts.unknown,
    open: counts.open,
    unknownRanges: rangesOf(window, states, 'unknown'),
    openRanges: rangesOf(window, states, 'open'),
  };
}

/** Whether nothing is missing: each period has a row or is known to have had no trade. */
export function isWhole(coverage: { unknown: number; open: number }): boolean {
  return coverage.unknown === 0 && coverage.open === 0;
}

/** Periods that ranges on the window's grid hold. */
export function periodsIn(window: Window, ranges: readonly Range[]): number {
  const widthMs = window.granularity * 1_000;
  return ranges.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / widthMs, 0);
}

/**
 * Why a coverage cannot be this window's, or null when it can: counts add up to the window's periods, ranges lie on its grid,
 * inside it, sorted, not touching, apart from each other, and hold as many periods as counted; of trades the like of ids.
 */
export function coverageProblem(window: Window, coverage: Coverage): string | null {
  const { present, noTrade, unknown, open, unknownRanges, openRanges } = coverage;
  if ([present, noTrade, unknown, open].some((count) => !Number.isSafeInteger(count) || count < 0)) return 'a count is not a whole number';
  if (window.dataset === 'trades') return tradeCoverageProblem(coverage);
  if (coverage.missingIds !== undefined) return 'ids are missing in trades alone';
  if (present + noTrade + unknown + open !== periodCount(window)) return 'counts do not add up to the window';
  const widthMs = window.granularity * 1_000;
  for (const [name, ranges, count] of [
    ['unknown', unknownRanges, unknown],
    ['open', openRanges, open],
  ] as const) {
    let lastToMs = Number.NEGATIVE_INFINITY;
    for (const { fromMs, toMs } of ranges) {
      const onGrid = (fromMs - window.fromMs) % widthMs === 0 && (toMs - window.fromMs) % widthMs === 0;
      if (!onGrid || fromMs >= toMs || fromMs < window.fromMs || toMs > window.toMs)
        return `a range of ${name} periods is not on the window's grid`;
      if (fromMs <= lastToMs) return `ranges of ${name} periods are not sorted and joined`;
      lastToMs = toMs;
    }
    if (periodsIn(window, ranges) !== count) return `ranges of ${name} periods do not hold as many as counted`;
  }
  const overlap = unknownRanges.some((a) => openRanges.some((b) => a.fromMs < b.toMs && b.fromMs < a.toMs));
  return overlap ? 'a period is both unknown and open' : null;
}

function tradeCoverageProblem({ noTrade, unknown, open, unknownRanges, openRanges, missingIds }: Coverage): string | null {
  if (noTrade + open + unknownRanges.length + openRanges.length > 0) return 'trades have no periods';
  if (missingIds === undefined) return 'it does not say which ids are missing';
  return idRangesProblem(missingIds) ?? (idsIn(missingIds) === unknown ? null : 'ranges of missing ids do not hold as many as counted');
}

function rangesOf(window: Window, states: readonly PeriodState[], wanted: PeriodState): Range[] {
  const widthMs = window.granularity * 1_000;
  const ranges: Range[] = [];
  for (let i = 0; i < states.length; i += 1) {
    if (states[i] !== wanted) continue;
    const first = i;
    while (states[i + 1] === wanted) i += 1;
    ranges.push({ fromMs: window.fromMs + first * widthMs, toMs: window.fromMs + (i + 1) * widthMs });
  }
  return ranges;
}
