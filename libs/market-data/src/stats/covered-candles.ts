import type { Candle } from '../candle.js';
import type { Coverage, PeriodState, Range } from '../coverage.js';
import type { GranularitySeconds } from '../granularity.js';
import type { Window } from '../window.js';

/**
 * Candles of one width over the half-open span `[fromMs, toMs)`, and what is known of the periods without one: unknown, open, or else
 * verified to have had no trade. A period has a candle or lies in a range, never both. Candles and ranges may come in any order.
 */
export interface CoveredCandles {
  readonly granularity: GranularitySeconds;
  readonly fromMs: number;
  readonly toMs: number;
  readonly candles: readonly Candle[];
  readonly unknownRanges: readonly Range[];
  readonly openRanges: readonly Range[];
}

/** A window as a store holds it: rows, and the ledger's ranges. */
export interface StoredWindow {
  readonly window: Window;
  readonly candles: readonly Candle[];
  readonly coverage: Pick<Coverage, 'unknownRanges' | 'openRanges'>;
}

/**
 * A span cut out of stored windows, e.g. 400 days out of two years. Where no window was given, the span is unknown.
 * @param windows of one product, in any order
 * @throws RangeError when a window has another width, or two of them overlap
 */
export function coverSpan(
  { granularity, fromMs, toMs }: Pick<CoveredCandles, 'granularity' | 'fromMs' | 'toMs'>,
  windows: readonly StoredWindow[],
): CoveredCandles {
  const cut = (ranges: readonly Range[]): Range[] =>
    ranges
      .map((range) => ({ fromMs: Math.max(range.fromMs, fromMs), toMs: Math.min(range.toMs, toMs) }))
      .filter((range) => range.fromMs < range.toMs);
  const unknownRanges: Range[] = [];
  let coveredToMs = Number.NEGATIVE_INFINITY;
  for (const { window, coverage } of windows.toSorted((a, b) => a.window.fromMs - b.window.fromMs)) {
    if (window.granularity !== granularity) throw new RangeError(`a window of ${window.granularity} s among those of ${granularity} s`);
    if (window.fromMs < coveredToMs) throw new RangeError('windows overlap');
    unknownRanges.push({ fromMs: coveredToMs, toMs: window.fromMs }, ...coverage.unknownRanges);
    coveredToMs = window.toMs;
  }
  return {
    granularity,
    fromMs,
    toMs,
    candles: windows.flatMap(({ candles }) => candles.filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs < toMs)),
    unknownRanges: cut([...unknownRanges, { fromMs: coveredToMs, toMs: Number.POSITIVE_INFINITY }]),
    openRanges: cut(windows.flatMap(({ coverage }) => coverage.openRanges)),
  };
}

/** States as bytes: a year of minutes is half a million of them. */
export const PERIOD_STATES = ['no_trade', 'present', 'unknown', 'open'] as const satisfies readonly PeriodState[];
export const [NO_TRADE, PRESENT, UNKNOWN, OPEN] = [0, 1, 2, 3] as const;

/**
 * State of each period of the span in time order, as positions in `PERIOD_STATES`.
 * @throws RangeError when a candle or range is off the span's grid, outside it, or says another thing of a period than an earlier one
 */
export function periodStates({ granularity, fromMs, toMs, candles, unknownRanges, openRanges }: CoveredCandles): Uint8Array {
  const widthMs = granularity * 1_000;
  const count = (toMs - fromMs) / widthMs;
  if (!Number.isSafeInteger(count) || count <= 0) throw new RangeError(`not a span of whole periods: ${fromMs} to ${toMs}`);
  const states = new Uint8Array(count);
  const mark = (markedFromMs: number, markedToMs: number, state: number): void => {
    const [first, end] = [(markedFromMs - fromMs) / widthMs, (markedToMs - fromMs) / widthMs];
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(end) || first < 0 || first >= end || end > count)
      throw new RangeError(`not on the grid of the span from ${fromMs} to ${toMs}: ${markedFromMs} to ${markedToMs}`);
    for (let i = first; i < end; i += 1) {
      if (states[i] !== NO_TRADE) throw new RangeError(`the period at ${fromMs + i * widthMs} is told twice`);
      states[i] = state;
    }
  };
  for (let i = 0; i < candles.length; i += 1) mark(candles[i]!.startedAtMs, candles[i]!.startedAtMs + widthMs, PRESENT);
  for (const range of unknownRanges) mark(range.fromMs, range.toMs, UNKNOWN);
  for (const range of openRanges) mark(range.fromMs, range.toMs, OPEN);
  return states;
}

/** How many periods are in each state. */
export function countStates(states: Uint8Array): Record<PeriodState, number> {
  const counts = [0, 0, 0, 0];
  for (const state of states) counts[state]! += 1;
  return { no_trade: counts[NO_TRADE]!, present: counts[PRESENT]!, unknown: counts[UNKNOWN]!, open: counts[OPEN]! };
}
