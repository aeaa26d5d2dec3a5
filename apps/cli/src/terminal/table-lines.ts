import Table from 'cli-table3';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Width that is assumed of what is no terminal, as of a file. */
export const DEFAULT_WIDTH = 80;
const GAP = 2;
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' '.repeat(GAP) },
};

/**
 * Rows under their titles, without lines between them. Where that is wider than the terminal, each row is told by itself, a line for each
 * column: nothing is ever cut off.
 * @param rows as many cells each as there are columns; control characters are shown as `\u…`
 */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly string[])[], width = DEFAULT_WIDTH): string[] {
  const shown = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...shown.map((row) => row[at]!.length)));
  if (widths.reduce((sum, each) => sum + each + GAP, -GAP) > width) return shown.flatMap((row, at) => recordLines(columns, row, at));
  const table = new Table({
    head: columns.map(({ title }) => title),
    chars: NO_LINES,
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  table.push(...shown.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function recordLines(columns: readonly TableColumn[], row: readonly string[], at: number): string[] {
  const indent = Math.max(...columns.map(({ title }) => title.length));
  return [`- row ${at + 1}`, ...columns.map(({ title }, column) => `  ${title.padEnd(indent)}  ${row[column]!}`.trimEnd())];
}

/** Text of others cannot steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
