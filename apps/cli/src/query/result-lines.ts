import type { QueryResult } from './query-stores.js';
import { tableLines } from '../terminal/table-lines.js';

export const RESULT_FORMATS = ['table', 'csv', 'json'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

/** A result as it is printed. As JSON and CSV it is for programs, and nothing is added to the rows. */
export function resultLines(result: QueryResult, format: ResultFormat, width?: number): string[] {
  const { columns, rows, more } = result;
  if (format === 'json') return [JSON.stringify({ columns, rows, more })];
  if (format === 'csv') return [columns, ...rows].map((row) => row.map(csvField).join(','));
  const titles = columns.map((title, at) => ({ title, align: isNumeric(rows, at) ? ('right' as const) : ('left' as const) }));
  const cells = rows.map((row) => row.map((value) => value ?? 'null'));
  return [
    ...tableLines(titles, cells, width),
    `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}${more ? ', and more: see --limit' : ''}`,
  ];
}

/** As COPY reads it: null is nothing, an empty text is in quotes. */
function csvField(value: string | null): string {
  if (value === null) return '';
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;
function isNumeric(rows: QueryResult['rows'], at: number): boolean {
  return rows.some((row) => row[at] !== null) && rows.every((row) => row[at] === null || NUMBER.test(row[at] ?? ''));
}
