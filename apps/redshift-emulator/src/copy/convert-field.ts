import type { CopyOptions } from '../sql/read-copy.js';
import { RedshiftError, notEmulated } from '../sql/redshift-error.js';
import { convertDecimal } from './convert-decimal.js';
import { invalidDigit, loaded, refused } from './field-outcome.js';
import type { FieldOutcome } from './field-outcome.js';
import type { LoadColumn } from './load-column.js';
import { dateReader, timestampReader } from './read-instant.js';
import type { InstantReader } from './read-instant.js';

export interface Field {
  text: string;
  /** a quoted field never stands for NULL by NULL AS */
  quoted: boolean;
}

/** Turns a field's text into what PostgreSQL's COPY takes for the column, null for NULL. */
export type FieldConverter = (field: Field) => FieldOutcome;

const NOT_NULL = refused(1213, 'Missing data for not-null field');

/** @throws RedshiftError a format of dates or times that is not emulated */
export function fieldConverter(column: LoadColumn, options: CopyOptions): FieldConverter {
  const convert = valueConverter(column, options);
  const text = column.kind === 'varchar' || column.kind === 'char';
  const missing = column.nullable ? loaded(null) : NOT_NULL;
  return (field) => {
    if (!field.quoted && field.text === options.nullAs) return missing;
    if (text) {
      if (field.text === '' && options.emptyAsNull) return missing;
      if (options.blanksAsNull && field.text !== '' && field.text.trim() === '') return missing;
      return convert(options.trimBlanks ? field.text.trimEnd() : field.text);
    }
    // empty fields of all other types are always NULL. Source: AWS, EMPTYASNULL
    const trimmed = field.text.trim();
    return trimmed === '' ? missing : convert(trimmed);
  };
}

function valueConverter(column: LoadColumn, options: CopyOptions): (text: string) => FieldOutcome {
  switch (column.kind) {
    case 'smallint':
      return (text) => convertInteger(text, 2, 'Short');
    case 'integer':
      return (text) => convertInteger(text, 4, 'Integer');
    case 'bigint':
      return (text) => convertInteger(text, 8, 'Long');
    case 'decimal':
      return (text) => convertDecimal(text, column.precision!, column.scale!, options.roundDecimals);
    case 'real':
    case 'double':
      return convertFloat;
    case 'boolean':
      return convertBoolean;
    case 'varchar':
    case 'char':
      return (text) => convertText(text, column, options.truncateColumns);
    case 'date':
      return instantConverter(dateReader(options.dateFormat), 'date', options.dateFormat ?? 'YYYY-MM-DD', options.acceptAnyDate);
    case 'timestamp':
      return timestampConverter(column, options, false);
    case 'timestamptz':
      return timestampConverter(column, options, true);
    case 'time':
      return (text) =>
        /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/.test(text) ? loaded(text) : refused(1206, `Invalid time format or value`);
    case 'super':
      return convertSuper;
    case 'interval':
      throw new RedshiftError(`column "${column.name}" has a type that COPY does not load`);
  }
}

const DIGITS = { 2: 5, 4: 10, 8: 19 } as const;

function convertInteger(text: string, bytes: 2 | 4 | 8, type: string): FieldOutcome {
  const match = /^[+-]?\d+/.exec(text)?.[0] ?? '';
  if (match.length !== text.length) return invalidDigit(text, match.length, type);
  const limit = 2n ** BigInt(bytes * 8 - 1);
  const significant = text.replace(/^[+-]?0*/, '');
  const value = significant.length > DIGITS[bytes] ? limit : BigInt(text.replace(/^\+/, ''));
  if (value >= limit || value < -limit) return refused(1207, `Overflow (${type} valid range -2^${bytes * 8 - 1} to 2^${bytes * 8 - 1}-1)`);
  return loaded(value.toString());
}

function convertFloat(text: string): FieldOutcome {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return loaded(text);
  return invalidDigit(text, Math.max(0, text.search(/[^\d+-.eE]/)), 'Double');
}

function convertBoolean(text: string): FieldOutcome {
  const value = text.toLowerCase();
  if (['t', 'true', 'y', 'yes', '1'].includes(value)) return loaded('t');
  if (['f', 'false', 'n', 'no', '0'].includes(value)) return loaded('f');
  return refused(1210, 'Unknown boolean format');
}

/** VARCHAR and CHAR count bytes; CHAR takes ASCII alone. Source: AWS, "Multibyte character load errors". */
function convertText(text: string, column: LoadColumn, truncate: boolean): FieldOutcome {
  const length = column.length!;
  if (column.kind === 'char') {
    const wide = [...text].findIndex((character) => character > '\u007f');
    if (wide !== -1) {
      const bytes = Buffer.from([...text][wide]!)
        .toString('hex')
        .replace(/../g, '$& ')
        .trim();
      return refused(1220, `Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: ${bytes}`, wide);
    }
  }
  if (Buffer.byteLength(text) <= length) return loaded(text);
  return truncate ? loaded(cutToBytes(text, length)) : refused(1204, 'String length exceeds DDL length', length);
}

/** The longest beginning of whole characters that fits. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  let end = bytes;
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}

function timestampConverter(column: LoadColumn, options: CopyOptions, withZone: boolean): (text: string) => FieldOutcome {
  const { timeFormat, acceptAnyDate } = options;
  const shown = timeFormat ?? 'YYYY-MM-DD HH24:MI:SS';
  return instantConverter(timestampReader(timeFormat, withZone), withZone ? 'timestamptz' : 'timestamp', shown, acceptAnyDate);
}

function instantConverter(
  read: InstantReader | undefined,
  kind: 'date' | 'timestamp' | 'timestamptz',
  format: string,
  acceptAny: boolean,
): (text: string) => FieldOutcome {
  if (read === undefined) throw notEmulated(`the format '${format}' of dates and times`);
  const code = kind === 'date' ? 1205 : 1206;
  const failure = kind === 'date' ? `Invalid date format or value [${format}]` : `Invalid timestamp format or value [${format}]`;
  return (text) => {
    const instant = read(text);
    if (instant === null) return acceptAny ? loaded(null) : refused(code, failure);
    if (kind === 'date') return loaded(instant.date);
    if (kind === 'timestamptz') return loaded(`${instant.date} ${instant.time}${instant.offset === '' ? '+00' : instant.offset}`);
    // what AWS makes of another zone in a column without one is not known here, so nothing may rest on it
    if (instant.offset !== '' && !/^[+-]00(:?00)?$/.test(instant.offset)) return refused(code, failure);
    return loaded(`${instant.date} ${instant.time}`);
  };
}

function convertSuper(text: string): FieldOutcome {
  try {
    JSON.parse(text);
    return loaded(text);
  } catch {
    return loaded(JSON.stringify(text));
  }
}
