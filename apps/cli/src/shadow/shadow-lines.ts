import { changeLines } from '../revisions/revision-lines.js';
import { printable } from '../terminal/table-lines.js';
import type { ShadowDifference } from './compare-shadow.js';
import type { Promoted } from './shadow-store.js';

/** One window that differs, for people: what the ledgers say, and the first row, from real to shadow. */
export function differenceLines({ window, ledger, rows, changed, first }: ShadowDifference): string[] {
  const told = [
    ...(ledger === null ? [] : [ledger]),
    ...(changed === 0
      ? ['the same rows']
      : [`${changed} ${changed === 1 ? 'row differs' : 'rows differ'} (${rows.real} -> ${rows.shadow})`]),
  ];
  const [row = ''] = first === null ? [] : changeLines([first], 1);
  return [printable(`${window}: ${told.join('; ')}`), ...(row === '' ? [] : [`  ${row}`])];
}

export function promotedLines({ promoted, kept }: Promoted): string[] {
  const stay = kept.length === 0 ? [] : [`${kept.length} stay: what stands is better, or the shadow's is withdrawn.`];
  return [`${promoted.length} windows are the shadow's now; what stood lies in the shadow.`, ...stay];
}
