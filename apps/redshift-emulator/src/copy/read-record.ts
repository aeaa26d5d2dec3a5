import type { CopyFormat } from '../sql/read-copy.js';
import type { Field } from './convert-field.js';
import type { LoadFault } from './field-outcome.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;

/** A row as it lies in the file; `fault`: it has no fields that could be told apart. */
export interface FileRecord {
  fields: Field[];
  /** offset past its newline */
  end: number;
  /** newlines in it, its own included */
  lines: number;
  fault: LoadFault | null;
}

type TextFormat = Exclude<CopyFormat, { kind: 'json' }>;

/** @returns null when the record does not end inside the data */
export function readRecord(data: Buffer, from: number, format: TextFormat): FileRecord | null {
  return format.kind === 'csv' ? readCsvRecord(data, from, format) : readDelimitedRecord(data, from, format);
}

/** CSV: quotes around a field, doubled inside; newlines and delimiters inside quotes are data. */
function readCsvRecord(data: Buffer, from: number, format: { delimiter: string; quote: string }): FileRecord | null {
  const delimiter = format.delimiter.charCodeAt(0);
  const quote = format.quote.charCodeAt(0);
  const fields: Field[] = [];
  let lines = 1;
  let at = from;
  for (;;) {
    let end: number;
    if (data[at] === quote) {
      const closed = closingQuote(data, at, quote);
      if (closed === null) return null;
      lines += closed.newlines;
      fields.push({ text: unquote(data, at + 1, closed.at, format.quote), quoted: true });
      end = closed.at + 1;
      if (data[end] === RETURN && data[end + 1] === NEWLINE) end += 1;
      if (end < data.length && data[end] !== delimiter && data[end] !== NEWLINE) return brokenQuote(data, end, lines);
    } else {
      end = at;
      while (end < data.length && data[end] !== delimiter && data[end] !== NEWLINE) {
        if (data[end] === quote) return brokenQuote(data, end, lines);
        end += 1;
      }
      if (end < data.length) fields.push({ text: decode(data, at, withoutReturn(data, at, end)), quoted: false });
    }
    if (end >= data.length) return null;
    at = end + 1;
    if (data[end] === NEWLINE) return { fields, end: at, lines, fault: null };
  }
}

/** The rest of the line is passed over; where it has no end yet, the whole record waits for more data. */
function brokenQuote(data: Buffer, at: number, lines: number): FileRecord | null {
  const newline = data.indexOf(NEWLINE, at);
  if (newline === -1) return null;
  return { fields: [], end: newline + 1, lines, fault: { code: 1216, message: 'Invalid quote formatting for CSV', position: 0 } };
}

function closingQuote(data: Buffer, from: number, quote: number): { at: number; newlines: number } | null {
  let newlines = 0;
  for (let at = from + 1; at < data.length; at += 1) {
    if (data[at] === NEWLINE) newlines += 1;
    if (data[at] !== quote) continue;
    if (at + 1 >= data.length) return null;
    if (data[at + 1] !== quote) return { at, newlines };
    at += 1;
  }
  return null;
}

const unquote = (data: Buffer, start: number, end: number, quote: string): string =>
  decode(data, start, end).replaceAll(quote + quote, quote);

/** Text with a delimiter; a backslash escapes the next character only with ESCAPE. */
function readDelimitedRecord(data: Buffer, from: number, format: { delimiter: string; escape: boolean }): FileRecord | null {
  const delimiter = format.delimiter.charCodeAt(0);
  const fields: Field[] = [];
  let lines = 1;
  let start = from;
  for (let at = from; at < data.length; at += 1) {
    const byte = data[at];
    if (byte === BACKSLASH && format.escape) {
      if (at + 1 >= data.length) return null;
      if (data[at + 1] === NEWLINE) lines += 1;
      at += 1;
    } else if (byte === delimiter || byte === NEWLINE) {
      const text = decode(data, start, byte === NEWLINE ? withoutReturn(data, start, at) : at);
      // \N stays as it is: with ESCAPE too it stands for NULL by default
      fields.push({ text: format.escape && text !== '\\N' ? text.replace(/\\([\s\S])/g, '$1') : text, quoted: false });
      start = at + 1;
      if (byte === NEWLINE) return { fields, end: start, lines, fault: null };
    }
  }
  return null;
}

const withoutReturn = (data: Buffer, start: number, end: number): number => (end > start && data[end - 1] === RETURN ? end - 1 : end);

const decode = (data: Buffer, start: number, end: number): string => data.toString('utf8', start, end);
