import { rowName, rowKey } from './row-key.js';
import type { Coverage, Window } from '@elias/market-data';
import { describeRow } from '../compare-window.js';

/** One telling of a window, with its rows as CSV lines in the order of their key. */
export interface ToldRows {
  readonly coverage: Coverage;
  readonly rows: readonly string[];
}

/** How the exchange's present telling differs from the sealed one. */
export interface ExchangeComparison {
  /** rows that are other ones now, or there at one time only */
  readonly changes: number;
  /** the first of them, in words for people */
  readonly first: string | null;
  /** rows that were unknown or open when it was sealed, and are told now */
  readonly toldSince: number;
}

/**
 * What the exchange tells now beside what was sealed. Only what both know is compared: a period (of trades, an id) that is unknown or open in
 * either of them explains itself.
 */
export function compareExchange(window: Window, sealed: ToldRows, now: ToldRows): ExchangeComparison {
  const wasMissing = missingIn(window, sealed.coverage);
  const isMissing = missingIn(window, now.coverage);
  let [changes, toldSince, i, j]: [number, number, number, number] = [0, 0, 0, 0];
  let first: string | null = null;
  const changed = (describe: () => string): void => {
    first ??= describe();
    changes += 1;
  };
  while (i < sealed.rows.length || j < now.rows.length) {
    const [old, young] = [sealed.rows[i], now.rows[j]];
    const oldKey = old === undefined ? Number.POSITIVE_INFINITY : rowKey(window, old);
    const youngKey = young === undefined ? Number.POSITIVE_INFINITY : rowKey(window, young);
    if (oldKey <= youngKey) i += 1;
    if (youngKey <= oldKey) j += 1;
    if (oldKey === youngKey) {
      if (old !== young) changed(() => `row ${j} is ${describeRow(window.dataset, young!, old!, 'sealed')}`);
    } else if (oldKey < youngKey) {
      if (!isMissing(oldKey)) changed(() => `has no row of ${rowName(window, old!)} any more, sealed ${old!}`);
    } else if (wasMissing(youngKey)) toldSince += 1;
    else changed(() => `has a row of ${rowName(window, young!)} that was not sealed: ${young!}`);
  }
  return { changes, first, toldSince };
}

/** Whether a key lies in what a telling does not know, or knows as open. */
function missingIn(window: Window, { unknownRanges, openRanges, missingIds = [] }: Coverage): (key: number) => boolean {
  if (window.dataset === 'trades') return (id) => missingIds.some(({ first, last }) => id >= first && id <= last);
  const ranges = [...unknownRanges, ...openRanges];
  return (atMs) => ranges.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
}
