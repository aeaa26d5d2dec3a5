import { parseRanges } from '@elias/contracts';
import { candleWindowAt, formatInstant, periodCount } from '@elias/market-data';
import type { CandleWindow, Range } from '@elias/market-data';
import type { CoverageDay, Gap } from './coverage-answers.js';
import { dayStartMs } from '../schedule/due-daily-runs.js';
import { daysFrom } from './days.js';
import { minutesWindowId } from './window-series.js';

/** What the ledger says of one day window; ranges as it keeps them. */
export interface LedgerDay {
  window_id: string;
  row_count: number;
  no_trade_periods: number;
  unknown_periods: number;
  open_periods: number;
  unknown_ranges: string;
  open_ranges: string;
  changed_at: string;
}

/** The days that a product's loaded windows span, both inclusive; null when none is loaded. */
export interface ProductSpan {
  product_id: string;
  first_day: string | null;
  last_day: string | null;
}

export interface CoverageInput {
  spans: readonly ProductSpan[];
  /** windows that are loaded, or that a run wanted, by name */
  loaded: ReadonlyMap<string, LedgerDay>;
  wanted: ReadonlySet<string>;
  /** `<product>/<day>`, or `_all/<day>` */
  halts: ReadonlySet<string>;
  from: string;
  to: string;
}

/**
 * One row for each product and day that has a window, that lies between the product's first and last day, or that a run wanted; by
 * product and day. Of a missing day nothing is known.
 */
export function coverageDays({ spans, loaded, wanted, halts, from, to }: CoverageInput): CoverageDay[] {
  return spans.flatMap(({ product_id, first_day, last_day }) =>
    daysFrom(from, to).flatMap((date) => {
      const id = minutesWindowId(product_id, date);
      const ledger = loaded.get(id);
      const between = first_day !== null && last_day !== null && date >= first_day && date <= last_day;
      if (ledger === undefined && !wanted.has(id) && !between) return [];
      const halt_suspected = halts.has(`${product_id}/${date}`) || halts.has(`_all/${date}`);
      return [{ product_id, date, ...coverageOfDay(product_id, date, ledger), halt_suspected }];
    }),
  );
}

/** Minutes of a day without a candle, by why, in time order and joined. @param present minutes of the day that have one, rising */
export function gapsOfDay(productId: string, date: string, ledger: LedgerDay | null, present: readonly number[]): Gap[] {
  const window = candleWindowAt(productId, 60, dayStartMs(date));
  const classes: (Gap['class'] | null)[] = Array.from({ length: periodCount(window) }, () => 'no_trade');
  const mark = (value: Gap['class'] | null, { fromMs, toMs }: Range): void => {
    classes.fill(value, (fromMs - window.fromMs) / 60_000, (toMs - window.fromMs) / 60_000);
  };
  if (ledger === null) mark('unknown', window);
  else {
    for (const range of parseRanges(window, ledger.unknown_ranges)) mark('unknown', range);
    for (const range of parseRanges(window, ledger.open_ranges)) mark('open', range);
    for (const minute of present) classes[minute] = null;
  }
  return joined(window, classes);
}

function joined(window: CandleWindow, classes: readonly (Gap['class'] | null)[]): Gap[] {
  const gaps: Gap[] = [];
  for (let minute = 0; minute < classes.length; minute += 1) {
    const one = classes[minute];
    if (one === null || one === undefined) continue;
    const first = minute;
    while (classes[minute + 1] === one) minute += 1;
    const [from, to] = [first, minute + 1].map((at) => formatInstant(window.fromMs + at * 60_000)) as [string, string];
    gaps.push({ class: one, from, to });
  }
  return gaps;
}

type Known = Omit<CoverageDay, 'product_id' | 'date' | 'halt_suspected'>;

function coverageOfDay(productId: string, date: string, ledger: LedgerDay | undefined): Known {
  const window = candleWindowAt(productId, 60, dayStartMs(date));
  if (ledger === undefined) {
    const unknown_ranges = wireRanges([window]);
    return { condition: 'missing', candles: 0, no_trade: 0, unknown: 1_440, open: 0, unknown_ranges, open_ranges: [], changed_at: null };
  }
  const { row_count: candles, no_trade_periods: no_trade, unknown_periods: unknown, open_periods: open, changed_at } = ledger;
  return {
    ...{ condition: unknown + open === 0 ? 'available' : 'partial', candles, no_trade, unknown, open },
    unknown_ranges: wireRanges(parseRanges(window, ledger.unknown_ranges)),
    open_ranges: wireRanges(parseRanges(window, ledger.open_ranges)),
    changed_at,
  };
}

function wireRanges(ranges: readonly Range[]): { from: string; to: string }[] {
  return ranges.map(({ fromMs, toMs }) => ({ from: formatInstant(fromMs), to: formatInstant(toMs) }));
}
