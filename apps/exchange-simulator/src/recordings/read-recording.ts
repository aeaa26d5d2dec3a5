import { CandleBlock } from '../candles/candle-block.js';
import { JSON_NUMBER } from '../candles/candle-row.js';
import { RecordingError } from './recording-error.js';

const COLUMNS = ['time', 'low', 'high', 'open', 'close', 'volume'] as const;
const [COMMA, LINE_FEED, CARRIAGE_RETURN, DASH, COLON] = [0x2c, 0x0a, 0x0d, 0x2d, 0x3a];
/** Times and line numbers are sorted as one number, so that the first of doubles comes first. */
const LINES_MAX = 2 ** 20;
/** Longest row as JSON: a time and five numbers. */
const ROW_BYTES_MAX = 192;

/**
 * Minutes of one product from CSV with the columns `time,low,high,open,close,volume` in any order, rows in any order.
 * Of rows with the same time the first counts; numbers keep their text. Works on bytes: a recording has tens of
 * thousands of rows, and there are many.
 * @param name names the recording in errors
 * @throws RecordingError names the line that cannot be served
 */
export function readRecording(csv: Buffer, name: string): CandleBlock {
  const headerEnd = lineEnd(csv, 0);
  const columns = csv.toString('latin1', 0, headerEnd).trim().split(',');
  const order = COLUMNS.map((column) => {
    const index = columns.indexOf(column);
    if (index < 0) throw new RecordingError(name, 1, `has no column "${column}"`);
    return index;
  });
  const cells = new Cells(columns.length);
  const [timeColumn = 0, ...numberColumns] = order;

  const lines: number[] = [];
  const keys: number[] = [];
  let line = 2;
  for (let at = headerEnd + 1; at < csv.length; line += 1) {
    const end = lineEnd(csv, at);
    if (cells.read(csv, at, end)) {
      const timeS = minuteStart(csv, cells.begin(timeColumn), cells.end(timeColumn));
      if (timeS === null) throw new RecordingError(name, line, `"${cells.text(csv, timeColumn)}" is no start of a minute`);
      for (const column of numberColumns) {
        if (!isNumber(csv, cells.begin(column), cells.end(column))) {
          throw new RecordingError(name, line, `"${cells.text(csv, column)}" is no price or volume`);
        }
      }
      if (lines.length >= LINES_MAX) throw new RecordingError(name, line, `has more than ${LINES_MAX} rows`);
      keys.push(timeS * LINES_MAX + lines.length);
      lines.push(at);
    }
    at = end + 1;
  }
  if (lines.length === 0) throw new RecordingError(name, 1, 'has no rows');
  return blockOf(csv, Float64Array.from(keys).sort(), lines, cells, order);
}

/** Rows in falling time, written once, each as a JSON array. */
function blockOf(csv: Buffer, keys: Float64Array, lines: readonly number[], cells: Cells, order: readonly number[]): CandleBlock {
  const firstOfEach = keys.filter((key, index) => index === 0 || timeOf(key) !== timeOf(keys[index - 1] ?? 0)).reverse();
  const begins = new Uint32Array(firstOfEach.length + 1);
  const text = Buffer.allocUnsafe(csv.length + firstOfEach.length * 8 + ROW_BYTES_MAX);
  let at = 0;
  firstOfEach.forEach((key, row) => {
    const begin = lines[key % LINES_MAX] ?? 0;
    cells.read(csv, begin, lineEnd(csv, begin));
    at += text.write(`[${timeOf(key)}`, at, 'latin1');
    for (const column of order.slice(1)) {
      text[at] = COMMA;
      at += 1 + csv.copy(text, at + 1, cells.begin(column), cells.end(column));
    }
    at += text.write(row + 1 < firstOfEach.length ? '],' : ']', at, 'latin1');
    begins[row + 1] = at;
  });
  begins[firstOfEach.length] = at + 1;
  return new CandleBlock(Uint32Array.from(firstOfEach, timeOf), Buffer.from(text.subarray(0, at)), begins);
}

function timeOf(key: number): number {
  return Math.floor(key / LINES_MAX);
}

/** Where the cells of one line lie. */
class Cells {
  private readonly ends: Uint32Array;
  private readonly begins: Uint32Array;

  constructor(columns: number) {
    this.begins = new Uint32Array(columns);
    this.ends = new Uint32Array(columns);
  }

  /** False for an empty line. Cells that a line lacks are empty, those it has too many are not looked at. */
  read(csv: Buffer, from: number, to: number): boolean {
    const end = csv[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    let begin = from;
    for (let column = 0; column < this.begins.length; column += 1) {
      let at = begin;
      while (at < end && csv[at] !== COMMA) at += 1;
      this.begins[column] = Math.min(begin, end);
      this.ends[column] = Math.min(at, end);
      begin = at + 1;
    }
    return end > from;
  }

  begin(column: number): number {
    return this.begins[column] ?? 0;
  }

  end(column: number): number {
    return this.ends[column] ?? 0;
  }

  text(csv: Buffer, column: number): string {
    return csv.toString('latin1', this.begin(column), this.end(column));
  }
}

function lineEnd(csv: Buffer, from: number): number {
  const end = csv.indexOf(LINE_FEED, from);
  return end < 0 ? csv.length : end;
}

/** `YYYY-MM-DD HH:MM:SS` in UTC (also with `T` and `Z`), or unix seconds. */
function minuteStart(csv: Buffer, begin: number, end: number): number | null {
  const digits = (at: number, count: number): number => {
    let value = 0;
    for (let index = begin + at; index < begin + at + count; index += 1) value = value * 10 + digit(csv[index]);
    return value;
  };
  const length = end - begin;
  let seconds = Number.NaN;
  if (length === 19 || length === 20) {
    const separated = csv[begin + 4] === DASH && csv[begin + 7] === DASH && csv[begin + 13] === COLON && csv[begin + 16] === COLON;
    if (separated) seconds = Date.UTC(digits(0, 4), digits(5, 2) - 1, digits(8, 2), digits(11, 2), digits(14, 2), digits(17, 2)) / 1_000;
  } else if (length > 0 && length <= 10) {
    seconds = digits(0, length);
  }
  return Number.isInteger(seconds) && seconds % 60 === 0 ? seconds : null;
}

function digit(byte: number | undefined): number {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : Number.NaN;
}

/** Plain decimals are told byte by byte; anything else is left to the pattern. */
function isNumber(csv: Buffer, begin: number, end: number): boolean {
  let points = 0;
  for (let at = begin; at < end; at += 1) {
    if (csv[at] === 0x2e && at > begin && at < end - 1) points += 1;
    else if (Number.isNaN(digit(csv[at]))) return JSON_NUMBER.test(csv.toString('latin1', begin, end));
  }
  const leadingZero = csv[begin] === 0x30 && end - begin > 1 && csv[begin + 1] !== 0x2e;
  return points <= 1 && end > begin && !leadingZero;
}
