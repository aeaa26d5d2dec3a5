import { isUtf8 } from 'node:buffer';
import type { CopyOptions } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';
import { fieldConverter } from './convert-field.js';
import type { FieldConverter } from './convert-field.js';
import { encodeRow } from './encode-row.js';
import type { LoadColumn } from './load-column.js';
import type { RejectRow, RowReader } from './row-reader.js';
import { ROW_BYTES_MAX } from './text-rows.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const NEWLINE = 0x0a;

const NO_DATA = Buffer.alloc(0);

/** JSON `'auto'`: one object after the other; keys of the first level fill the columns of the same name. */
export class JsonRows implements RowReader {
  rowCount = 0;
  private line = 1;
  private carry: Buffer = NO_DATA;
  private readonly converters: FieldConverter[];

  constructor(
    private readonly columns: readonly LoadColumn[],
    options: CopyOptions,
    private readonly delimiter: string,
    private readonly reject: RejectRow,
  ) {
    // a missing key is NULL whatever NULL AS says
    this.converters = columns.map((column) => fieldConverter(column, { ...options, nullAs: '\\N' }));
  }

  push(chunk: Buffer): Buffer[] {
    const data = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const output: Buffer[] = [];
    let at = 0;
    for (;;) {
      const start = this.skipBlanks(data, at);
      const end = start < data.length ? this.objectEnd(data, start) : -1;
      if (end === -1) {
        this.carry = data.subarray(start);
        break;
      }
      this.line += count(data, NEWLINE, start, end);
      this.convertObject(data.subarray(start, end), output);
      at = end;
    }
    if (this.carry.length > ROW_BYTES_MAX) throw new RedshiftError('JSON object is longer than 4 MB');
    return output;
  }

  finish(): Buffer[] {
    if (this.carry.length > 0) this.reject({ code: 1216, message: 'Invalid JSON object: it does not end', position: 0 }, this.line, null);
    this.carry = NO_DATA;
    return [];
  }

  private skipBlanks(data: Buffer, from: number): number {
    let at = from;
    for (; at < data.length && data[at]! <= 0x20; at += 1) if (data[at] === NEWLINE) this.line += 1;
    return at;
  }

  /** Past the closing brace; where the object does not begin with a brace, past the line. */
  private objectEnd(data: Buffer, start: number): number {
    if (data[start] !== OPEN) {
      const newline = data.indexOf(NEWLINE, start);
      return newline === -1 ? -1 : newline;
    }
    let depth = 0;
    let inText = false;
    for (let at = start; at < data.length; at += 1) {
      const byte = data[at];
      if (inText) {
        if (byte === BACKSLASH) at += 1;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN) depth += 1;
      else if (byte === CLOSE && (depth -= 1) === 0) return at + 1;
    }
    return -1;
  }

  private convertObject(bytes: Buffer, output: Buffer[]): void {
    const object = isUtf8(bytes) ? parseObject(bytes.toString()) : null;
    if (object === null) {
      this.reject({ code: 1216, message: 'Invalid JSON object', position: 0 }, this.line, null);
      return;
    }
    const values: (string | null)[] = [];
    for (const [index, convert] of this.converters.entries()) {
      const column = this.columns[index]!;
      const text = object.get(column.name) ?? null;
      const outcome = convert(text === null ? { text: '\\N', quoted: false } : { text, quoted: true });
      if (!outcome.ok) {
        this.reject(outcome.fault, this.line, column);
        return;
      }
      values.push(outcome.value);
    }
    this.rowCount += 1;
    output.push(encodeRow(values, this.delimiter));
  }
}

function count(data: Buffer, byte: number, start: number, end: number): number {
  let found = 0;
  for (let at = data.indexOf(byte, start); at !== -1 && at < end; at = data.indexOf(byte, at + 1)) found += 1;
  return found;
}

/** Values by key, numbers as they were written; null for what is no object. */
function parseObject(text: string): Map<string, string | null> | null {
  try {
    const object: unknown = JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && context?.source !== undefined ? new NumberText(context.source) : value,
    );
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return null;
    return new Map(Object.entries(object).map(([key, value]) => [key, valueText(value)]));
  } catch {
    return null;
  }
}

/** A number as it was written, so that no decimal goes through a float. */
class NumberText {
  constructor(readonly source: string) {}

  toJSON(): unknown {
    return Number(this.source);
  }
}

function valueText(value: unknown): string | null {
  if (value === null) return null;
  if (value instanceof NumberText) return value.source;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
