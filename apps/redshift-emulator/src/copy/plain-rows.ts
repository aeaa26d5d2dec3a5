import type { CopyOptions } from '../sql/read-copy.js';
import type { LoadColumn } from './load-column.js';
import { isDate } from './read-instant.js';

const NEWLINE = 0x0a;
const MINUS = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

const enum Check {
  Integer,
  Decimal,
  Timestamp,
  Text,
}

interface PlainColumn {
  check: Check;
  /** digits before the point, or bytes */
  size: number;
  /** digits after the point */
  scale: number;
}

/** Where a plain row ends, past its newline; -1 when the row is not plain or not whole. */
export type PlainRowEnd = (data: Buffer, from: number) => number;

/**
 * Recognises rows that PostgreSQL's text COPY takes byte by byte as they are: no quotes, escapes, NULLs, blanks or
 * non-ASCII, each value in the form it is stored in. All others go through the fields one by one; this exists for speed
 * alone and must never take a row that the other way would refuse or change.
 * @returns null when a column or an option has no such form
 */
export function plainRowEnd(columns: readonly LoadColumn[], options: CopyOptions): PlainRowEnd | null {
  const { format, nullAs } = options;
  if (format.kind === 'json' || options.trimBlanks || options.blanksAsNull || options.emptyAsNull) return null;
  const plain = columns.map((column) => plainColumn(column, options));
  if (plain.includes(null)) return null;
  const checks = plain as PlainColumn[];
  const delimiter = format.delimiter.charCodeAt(0);
  const quote = format.kind === 'csv' ? format.quote.charCodeAt(0) : -1;
  const nullLength = nullAs === '' || nullAs.includes('\\') ? -1 : Buffer.byteLength(nullAs);
  const dates = new KnownDates();
  return (data, from) => {
    let at = from;
    for (let index = 0; index < checks.length; index += 1) {
      const { check, size, scale } = checks[index]!;
      const stop = index === checks.length - 1 ? NEWLINE : delimiter;
      const end =
        check === Check.Text
          ? textEnd(data, at, size, delimiter, quote)
          : check === Check.Timestamp
            ? timestampEnd(data, at, dates)
            : numberEnd(data, at, size, scale);
      if (end === -1 || data[end] !== stop || end - at === nullLength) return -1;
      at = end + 1;
    }
    return at;
  };
}

function plainColumn(column: LoadColumn, options: CopyOptions): PlainColumn | null {
  switch (column.kind) {
    case 'smallint':
      return { check: Check.Integer, size: 4, scale: 0 };
    case 'integer':
      return { check: Check.Integer, size: 9, scale: 0 };
    case 'bigint':
      return { check: Check.Integer, size: 18, scale: 0 };
    case 'decimal':
      return { check: Check.Decimal, size: column.precision! - column.scale!, scale: column.scale! };
    case 'timestamp':
      return options.timeFormat?.toLowerCase() === 'auto' ? { check: Check.Timestamp, size: 0, scale: 0 } : null;
    case 'varchar':
      return { check: Check.Text, size: column.length!, scale: 0 };
    case 'real':
    case 'double':
    case 'boolean':
    case 'char':
    case 'date':
    case 'timestamptz':
    case 'time':
    case 'super':
    case 'interval':
      return null;
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** `-?\d{1,size}(\.\d{1,scale})?` */
function numberEnd(data: Buffer, from: number, size: number, scale: number): number {
  let at = data[from] === MINUS ? from + 1 : from;
  const whole = at;
  while (isDigit(data[at])) at += 1;
  if (at === whole || at - whole > size) return -1;
  if (scale === 0 || data[at] !== POINT) return at;
  const fraction = at + 1;
  at = fraction;
  while (isDigit(data[at])) at += 1;
  return at === fraction || at - fraction > scale ? -1 : at;
}

/** Printable ASCII without delimiter, quote or backslash; not empty. */
function textEnd(data: Buffer, from: number, size: number, delimiter: number, quote: number): number {
  const limit = Math.min(data.length, from + size + 1);
  let at = from;
  for (; at < limit; at += 1) {
    const byte = data[at]!;
    if (byte === delimiter || byte === NEWLINE) break;
    if (byte < 0x20 || byte > 0x7e || byte === quote || byte === BACKSLASH) return -1;
  }
  return at === from || at === limit ? -1 : at;
}

/** Days met so far, as numbers: a file's rows mostly share a few. */
class KnownDates {
  private last = -1;

  has(year: number, month: number, day: number): boolean {
    const number = (year * 100 + month) * 100 + day;
    if (number === this.last) return true;
    if (!isDate(year, month, day)) return false;
    this.last = number;
    return true;
  }
}

const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/** `YYYY-MM-DDTHH:MM:SS[.f…]Z`, at most 6 digits of fraction. */
function timestampEnd(data: Buffer, from: number, dates: KnownDates): number {
  if (from + 20 > data.length || data[from + 4] !== MINUS || data[from + 7] !== MINUS || data[from + 10] !== LETTER_T) return -1;
  if (data[from + 13] !== COLON || data[from + 16] !== COLON) return -1;
  const high = two(data, from);
  const low = two(data, from + 2);
  const month = two(data, from + 5);
  const day = two(data, from + 8);
  const hour = two(data, from + 11);
  const minute = two(data, from + 14);
  const second = two(data, from + 17);
  if (high < 0 || low < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  if (!dates.has(high * 100 + low, month, day)) return -1;
  let at = from + 19;
  if (data[at] === POINT) {
    const fraction = at + 1;
    at = fraction;
    while (isDigit(data[at])) at += 1;
    if (at === fraction || at - fraction > 6) return -1;
  }
  return data[at] === LETTER_Z ? at + 1 : -1;
}

/** Two digits as a number; negative when one is none. */
function two(data: Buffer, at: number): number {
  const tens = data[at]! - 0x30;
  const ones = data[at + 1]! - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}
