import { isUtf8 } from 'node:buffer';
import type { CopyFormat, CopyOptions } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';
import { encodeRow } from './encode-row.js';
import { fieldConverter } from './convert-field.js';
import type { Field, FieldConverter } from './convert-field.js';
import type { LoadFault } from './field-outcome.js';
import type { LoadColumn } from './load-column.js';
import { plainRowEnd } from './plain-rows.js';
import type { PlainRowEnd } from './plain-rows.js';
import { readRecord } from './read-record.js';
import type { RejectRow, RowReader } from './row-reader.js';

/** Redshift's own limit of a row, bytes. Source: AWS, "Quotas and limits": 4 MB for any single row. */
export const ROW_BYTES_MAX = 4 * 1_024 * 1_024;

const NEWLINE = 0x0a;
const NO_DATA = Buffer.alloc(0);

/** Rows of one CSV or delimited file, chunk by chunk, as text that PostgreSQL's COPY takes. */
export class TextRows implements RowReader {
  rowCount = 0;
  private line = 0;
  private carry: Buffer = NO_DATA;
  private headerLines: number;
  private readonly converters: FieldConverter[];
  private readonly plainEnd: PlainRowEnd | null;
  private readonly format: Exclude<CopyFormat, { kind: 'json' }>;

  /** @param delimiter of what is written; rows pass through unchanged only where it is the file's own */
  constructor(
    private readonly columns: readonly LoadColumn[],
    private readonly options: CopyOptions,
    private readonly delimiter: string,
    private readonly reject: RejectRow,
  ) {
    if (options.format.kind === 'json') throw new TypeError('JSON is not delimited text');
    this.format = options.format;
    this.headerLines = options.ignoreHeader;
    this.converters = columns.map((column) => fieldConverter(column, options));
    this.plainEnd = delimiter === options.format.delimiter ? plainRowEnd(columns, options) : null;
  }

  push(chunk: Buffer): Buffer[] {
    const data = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const output: Buffer[] = [];
    let at = this.skipHeader(data);
    for (;;) {
      const plainFrom = at;
      at = this.passPlainRows(data, at);
      if (at > plainFrom) output.push(data.subarray(plainFrom, at));
      const next = this.convertRecord(data, at, output);
      if (next === -1) break;
      at = next;
    }
    this.carry = data.subarray(at);
    if (this.carry.length > ROW_BYTES_MAX) throw new RedshiftError(`A row is longer than ${ROW_BYTES_MAX} bytes`);
    return output;
  }

  finish(): Buffer[] {
    if (this.carry.length === 0) return [];
    const output = this.push(Buffer.from('\n'));
    if (this.carry.length > 0 && this.headerLines === 0) {
      this.reject({ code: 1216, message: 'Invalid quote formatting for CSV', position: 0 }, this.line + 1, null);
    }
    this.carry = NO_DATA;
    return output;
  }

  private skipHeader(data: Buffer): number {
    let at = 0;
    while (this.headerLines > 0) {
      const newline = data.indexOf(NEWLINE, at);
      if (newline === -1) return at;
      at = newline + 1;
      this.headerLines -= 1;
      this.line += 1;
    }
    return at;
  }

  private passPlainRows(data: Buffer, from: number): number {
    if (this.plainEnd === null || this.headerLines > 0) return from;
    let at = from;
    for (let end = this.plainEnd(data, at); end !== -1; end = this.plainEnd(data, at)) {
      at = end;
      this.line += 1;
      this.rowCount += 1;
    }
    return at;
  }

  /** @returns offset past the record; -1 when it is not whole */
  private convertRecord(data: Buffer, from: number, output: Buffer[]): number {
    if (this.headerLines > 0 || data.indexOf(NEWLINE, from) === -1) return -1;
    const record = readRecord(data, from, this.format);
    if (record === null) return -1;
    const firstLine = this.line + 1;
    this.line += record.lines;
    const blank = record.fields.length === 1 && record.fields[0]!.text === '' && !record.fields[0]!.quoted;
    if (blank && this.options.ignoreBlankLines) return record.end;
    if (record.fault !== null) {
      this.reject(record.fault, firstLine, null);
      return record.end;
    }
    if (!isUtf8(data.subarray(from, record.end)) || data.subarray(from, record.end).includes(0)) {
      this.reject(badCharacters(data.subarray(from, record.end)), firstLine, null);
      return record.end;
    }
    const values = this.convertFields(record.fields, firstLine);
    if (values !== null) {
      this.rowCount += 1;
      output.push(encodeRow(values, this.delimiter));
    }
    return record.end;
  }

  private convertFields(given: Field[], line: number): (string | null)[] | null {
    const fields = given;
    if (fields.length > this.columns.length) {
      this.reject({ code: 1202, message: 'Extra column(s) found', position: 0 }, line, null);
      return null;
    }
    if (fields.length < this.columns.length && !this.options.fillRecord) {
      this.reject({ code: 1214, message: 'Delimiter not found', position: 0 }, line, this.columns[fields.length - 1] ?? null);
      return null;
    }
    const values: (string | null)[] = [];
    for (const [index, convert] of this.converters.entries()) {
      const field = fields[index];
      // FILLRECORD: a missing field is empty for text, else NULL
      const outcome = convert(field ?? { text: '', quoted: false });
      if (!outcome.ok) {
        this.reject(outcome.fault, line, this.columns[index]!);
        return null;
      }
      values.push(outcome.value);
    }
    return values;
  }
}

function badCharacters(bytes: Buffer): LoadFault {
  const nul = bytes.indexOf(0);
  if (nul !== -1)
    return { code: 1220, message: 'String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: 00', position: nul };
  let end = 1;
  while (
    end < bytes.length &&
    (isUtf8(bytes.subarray(0, end)) ||
      isUtf8(bytes.subarray(0, end + 1)) ||
      isUtf8(bytes.subarray(0, end + 2)) ||
      isUtf8(bytes.subarray(0, end + 3)))
  )
    end += 1;
  const hex = bytes.subarray(end - 1, end).toString('hex');
  return {
    code: 1220,
    message: `String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: ${hex} (error 3)`,
    position: end - 1,
  };
}
