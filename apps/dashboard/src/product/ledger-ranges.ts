import type { LedgerWindow, Range } from '../api/shapes.js';

/** Characters of a label: `2026`, `2026-11`, `2026-11-21`. */
const LABELS = { year: 4, month: 7 } as const;

/** The period of a window by its name: a day, a month or a year, e.g. `candles/86400/BTC-USD/2026`. */
export function windowPeriod(windowId: string): Range {
  const label = windowId.slice(windowId.lastIndexOf('/') + 1);
  const [year, month = 1, day = 1] = label.split('-').map(Number) as [number, number?, number?];
  const end = (): number => {
    if (label.length === LABELS.year) return Date.UTC(year + 1, 0, 1);
    return label.length === LABELS.month ? Date.UTC(year, month, 1) : Date.UTC(year, month - 1, day + 1);
  };
  return { from: instantOf(Date.UTC(year, month - 1, day)), to: instantOf(end()) };
}

/** Ranges as the ledger has them, `first+count` in periods of the window, separated by blanks. @param granularity width of a period, seconds */
export function rangesOf(text: string, windowId: string, granularity: number): Range[] {
  const startMs = Date.parse(windowPeriod(windowId).from);
  const at = (period: number): string => instantOf(startMs + period * granularity * 1_000);
  return text
    .split(' ')
    .filter((range) => range !== '')
    .map((range) => {
      const [first, count] = range.split('+').map(Number) as [number, number];
      return { from: at(first), to: at(first + count) };
    });
}

/** What is unknown and open in some windows; what lies in none of them is unknown too. */
export function knownRanges(
  windows: readonly LedgerWindow[],
  granularity: number,
  { from, to }: Range,
): { unknown: Range[]; open: Range[] } {
  const periods = windows.map(({ window_id }) => windowPeriod(window_id)).sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const outside: Range[] = [];
  let reached = from;
  for (const period of periods) {
    if (Date.parse(period.from) > Date.parse(reached)) outside.push({ from: reached, to: period.from });
    if (Date.parse(period.to) > Date.parse(reached)) reached = period.to;
  }
  if (Date.parse(reached) < Date.parse(to)) outside.push({ from: reached, to });
  return {
    unknown: [...windows.flatMap(({ window_id, unknown_ranges }) => rangesOf(unknown_ranges, window_id, granularity)), ...outside],
    open: windows.flatMap(({ window_id, open_ranges }) => rangesOf(open_ranges, window_id, granularity)),
  };
}

const instantOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
