import { casesBy } from './drill-case.js';
import type { DrillCase } from './drill-case.js';
import type { Verdict } from './run-case.js';

/** One letter per case. */
const MARKS: Readonly<Record<Verdict | 'left out', string>> = { passed: '+', failed: 'x', 'not fired': '?', 'left out': '.' };
const WIDTH = 80;

/**
 * The whole matrix, a table for each group: rows say where, columns what; a cell has one mark per case, in the order of the moments.
 * @param cases every case there is
 * @param verdicts of those that were run, by name
 * @returns lines of at most 80 columns
 */
export function matrixLines(cases: readonly DrillCase[], verdicts: ReadonlyMap<string, Verdict>): string[] {
  const groups = casesBy(cases, 'group');
  const tables = [...groups].flatMap(([title, ofGroup]) => ['', title, ...tableLines(ofGroup, verdicts)]);
  return [...tables.slice(1), '', '+ passed   x failed   ? its fault was not met   . left out'];
}

function tableLines(cases: readonly DrillCase[], verdicts: ReadonlyMap<string, Verdict>): string[] {
  const columns = [...new Set(cases.map(({ column }) => column))];
  const rows = casesBy(cases, 'row');
  const mark = ({ name }: DrillCase): string => MARKS[verdicts.get(name) ?? 'left out'];
  const cells = new Map(
    [...rows].map(([row, ofRow]) => [
      row,
      columns.map((column) =>
        ofRow
          .filter((one) => one.column === column)
          .map(mark)
          .join(''),
      ),
    ]),
  );
  const widths = columns.map((column, i) => Math.max(column.length, ...[...cells.values()].map((of) => of[i]!.length)));
  const taken = widths.reduce((sum, width) => sum + width + 1, 0);
  const labelWidth = Math.min(WIDTH - 2 - taken, Math.max(...[...rows.keys()].map((row) => row.length)));
  const line = (label: string, of: readonly string[]): string =>
    `  ${label.slice(0, labelWidth).padEnd(labelWidth)} ${of.map((cell, i) => cell.padEnd(widths[i]!)).join(' ')}`.trimEnd();
  const heads = columns.some((column) => column !== '') ? [line('', columns)] : [];
  return [...heads, ...[...cells].map(([row, of]) => line(row, of))];
}

/** The sentence that closes a drill. */
export function closingLine(verdicts: readonly Verdict[], elapsedMs: number): string {
  const count = (verdict: Verdict): number => verdicts.filter((one) => one === verdict).length;
  const minutes = elapsedMs / 60_000;
  const time = minutes >= 1 ? `${minutes.toFixed(1)} min` : `${Math.round(elapsedMs / 1_000)} s`;
  const fired = verdicts.length - count('not fired');
  return `${verdicts.length} cases, ${fired} fired: ${count('passed')} passed, ${verdicts.length - count('passed')} failed (${time})`;
}
