import type { ComparedWindow, ReportedWindow } from './compared-window.js';

/** The table is made for a terminal of this many columns. */
export const WIDTH = 80;

interface Column {
  title: string;
  align: 'left' | 'right';
  text: (window: ReportedWindow) => string;
}

/** `archive` is the first half of the content's name, the last part of the object's key: enough to find it. */
const COLUMNS: readonly Column[] = [
  { title: 'product', align: 'left', text: ({ product_id }) => product_id },
  { title: 'candles', align: 'right', text: ({ candles }) => count(candles) },
  { title: 'coverage', align: 'left', text: ({ coverage }) => coverageText(coverage) },
  { title: 'archive', align: 'left', text: ({ archive }) => archive?.csv_sha256.slice(0, 8) ?? '-' },
  { title: 'size', align: 'right', text: ({ archive }) => (archive === null ? '-' : sizeText(archive.bytes)) },
  { title: 'Redshift', align: 'right', text: ({ redshift_rows }) => count(redshift_rows) },
  { title: 'Postgres', align: 'right', text: ({ rds_rows }) => count(rds_rows) },
  { title: 'equal', align: 'left', text: ({ equal }) => (equal ? 'yes' : 'NO') },
];

/** The result for people: a table for each period, what is not complete or not equal below it. No line is wider than 80 columns but errors. */
export function resultLines(windows: readonly ReportedWindow[]): string[] {
  const groups = new Map<string, ReportedWindow[]>();
  for (const window of windows) {
    const title = `${widthText(window.granularity)} candles, ${periodText(window)}`;
    groups.set(title, [...(groups.get(title) ?? []), window]);
  }
  return [...groups].flatMap(([title, group]) => ['', title, ...table(group), ...notes(group)]);
}

/** One sentence for all windows. */
export function verdict(windows: readonly ReportedWindow[]): string {
  const equal = windows.filter((window) => window.equal).length;
  const partial = windows.filter(({ coverage }) => coverage !== null && coverage.unknown + coverage.open > 0).length;
  const candles = windows.reduce((sum, window) => sum + (window.candles ?? 0), 0);
  const told = equal === windows.length ? 'all equal' : `${windows.length - equal} NOT equal`;
  return `${windows.length} windows, ${candles.toLocaleString('en-US')} candles: ${told} in archive, Redshift and Postgres${partial === 0 ? '' : `; ${partial} partial`}.`;
}

function table(group: readonly ReportedWindow[]): string[] {
  const cells = group.map((window) => COLUMNS.map(({ text }) => text(window)));
  const widths = COLUMNS.map(({ title }, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (COLUMNS[i]?.align === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join(' ')
      .trimEnd();
  return [line(COLUMNS.map(({ title }) => title)), ...cells.map(line)];
}

function notes(group: readonly ReportedWindow[]): string[] {
  const lacking = new Map<string, string[]>();
  for (const { product_id, coverage } of group) {
    if (coverage === null || coverage.unknown === 0 || coverage.open === 0) continue;
    const lack = `${coverage.unknown} unknown and ${coverage.open} open:`;
    lacking.set(lack, [...(lacking.get(lack) ?? []), product_id]);
  }
  const partial = [...lacking].flatMap(([lack, products]) => wrapped(lack, products));
  const wrong = group.flatMap(({ product_id, equal, error }) => (equal ? [] : [`${product_id}: ${error ?? 'not equal'}`]));
  return [...partial, ...wrong];
}

/** Words after a beginning, in lines of the table's width. */
function wrapped(beginning: string, words: readonly string[]): string[] {
  const lines = [beginning];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}

/** `complete`, or complete but for minutes without a trade, or what is missing; both kinds are told below the table. */
export function coverageText(coverage: ComparedWindow['coverage']): string {
  if (coverage === null) return '-';
  const { no_trade, unknown, open } = coverage;
  if (unknown > 0 && open > 0) return 'partial';
  if (unknown > 0) return `partial ${unknown} unk`;
  if (open > 0) return `partial ${open} open`;
  return no_trade === 0 ? 'complete' : `${no_trade} no trade`;
}

export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const count = (value: number | null): string => (value === null ? '-' : String(value));

function widthText(seconds: number): string {
  const names: Record<number, string> = {
    60: '1-minute',
    300: '5-minute',
    900: '15-minute',
    3_600: '1-hour',
    21_600: '6-hour',
    86_400: 'daily',
  };
  return names[seconds] ?? `${seconds} s`;
}

function periodText({ from, to }: ReportedWindow): string {
  const [first, last] = [from.slice(0, 10), new Date(Date.parse(to) - 1).toISOString().slice(0, 10)];
  return first === last ? first : `${first} to ${last}`;
}
