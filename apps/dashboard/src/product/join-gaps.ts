import type { Gap, GapClass, Range } from '../api/shapes.js';

/** What is known of a period of candles. */
export interface KnownPeriod extends Range {
  /** width of a candle, seconds */
  granularity: number;
  /** starts of the candles that are there, in time order */
  present: readonly string[];
  unknown: readonly Range[];
  open: readonly Range[];
}

/**
 * Every part of a period without a candle, by its class, in time order, neighbours of one class joined. What is neither there nor unknown
 * nor open had no trade.
 */
export function joinGaps({ from, to, granularity, present, unknown, open }: KnownPeriod): Gap[] {
  const widthMs = granularity * 1_000;
  const there = new Set(present.map((instant) => Date.parse(instant)));
  const within = (ranges: readonly Range[], atMs: number): boolean =>
    ranges.some((range) => Date.parse(range.from) <= atMs && atMs < Date.parse(range.to));
  const gaps: { class: GapClass; fromMs: number; toMs: number }[] = [];
  for (let atMs = Date.parse(from); atMs < Date.parse(to); atMs += widthMs) {
    if (there.has(atMs)) continue;
    const gapClass = within(unknown, atMs) ? 'unknown' : within(open, atMs) ? 'open' : 'no_trade';
    const last = gaps.at(-1);
    if (last?.class === gapClass && last.toMs === atMs) last.toMs += widthMs;
    else gaps.push({ class: gapClass, fromMs: atMs, toMs: atMs + widthMs });
  }
  return gaps.map(({ class: gapClass, fromMs, toMs }) => ({ class: gapClass, from: instantOf(fromMs), to: instantOf(toMs) }));
}

/** How many candles each class lacks. */
export function periodsByClass(gaps: readonly Gap[], granularity: number): Record<GapClass, number> {
  const periods: Record<GapClass, number> = { no_trade: 0, unknown: 0, open: 0 };
  for (const gap of gaps) periods[gap.class] += (Date.parse(gap.to) - Date.parse(gap.from)) / (granularity * 1_000);
  return periods;
}

const instantOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
