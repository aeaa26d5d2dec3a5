import type { CandleWindow, DecimalType } from '@elias/market-data';
import { PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import { CANDLES_CSV_HEADER } from './candles-csv.js';

const HEADER = Buffer.from(`${CANDLES_CSV_HEADER}\n`);
const DATE_LENGTH = 10;
const LF = 0x0a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;

/** The columns after the key, in order. */
const VALUES: readonly { name: string; type: DecimalType; end: number }[] = [
  { name: 'open', type: PRICE_TYPE, end: COMMA },
  { name: 'high', type: PRICE_TYPE, end: COMMA },
  { name: 'low', type: PRICE_TYPE, end: COMMA },
  { name: 'close', type: PRICE_TYPE, end: COMMA },
  { name: 'volume', type: SIZE_TYPE, end: LF },
];

/**
 * Reads a candle window's CSV once, byte by byte, without making a string per row: every window passes here at each hop.
 * Times are whole seconds since the window's start, which V8 keeps in registers; milliseconds since 1970 would be an object per row.
 * @returns the number of rows, or what is wrong with the first wrong line (its number counts the header as 1)
 */
export function checkCandleRows(csv: Uint8Array, window: CandleWindow): number | string {
  if (!startsWith(csv, HEADER, 0)) return 'line 1 is not the header of candles';
  const { fromMs, granularity } = window;
  const seconds = (window.toMs - fromMs) / 1_000;
  const key = Buffer.from(`${window.productId},${granularity},`);
  const date = new Uint8Array(DATE_LENGTH);
  let dateAt = 0;
  let last = -1;
  let at = HEADER.length;
  let rows = 0;
  while (at < csv.length) {
    if (!startsWith(csv, key, at)) return `line ${rows + 2} does not begin with ${window.productId},${granularity}`;
    at += key.length;
    if (!startsWith(csv, date, at)) {
      const dateMs = parseDate(csv, at);
      if (Number.isNaN(dateMs)) return noInstant(rows);
      dateAt = (dateMs - fromMs) / 1_000;
      date.set(csv.subarray(at, at + DATE_LENGTH));
    }
    const time = parseTime(csv, at + DATE_LENGTH);
    if (time < 0 || csv[at + 20] !== COMMA) return noInstant(rows);
    const startedAt = dateAt + time;
    if (startedAt < 0 || startedAt >= seconds) return `line ${rows + 2} is outside the window`;
    if (startedAt <= last) return `line ${rows + 2} does not rise above the line before`;
    if (startedAt % granularity !== 0) return `line ${rows + 2} is off the grid of ${granularity} s`;
    last = startedAt;
    at += 21;
    for (let column = 0; column < VALUES.length; column += 1) {
      const { name, end, type } = VALUES[column]!;
      at = decimalEnd(csv, at, type.precision - type.scale, type.scale);
      if (at < 0 || csv[at] !== end) {
        return `line ${rows + 2} has no canonical decimal for ${name} that fits DECIMAL(${type.precision},${type.scale})`;
      }
      at += 1;
    }
    rows += 1;
  }
  return rows;
}

function noInstant(rows: number): string {
  return `line ${rows + 2} has no started_at like 2023-12-01T00:00:00Z`;
}

/**
 * Where a canonical decimal (plain, no leading or trailing zeros, no minus zero) ends, or -1 when there is none or it has more
 * digits than fit.
 */
function decimalEnd(csv: Uint8Array, from: number, integerDigitsMax: number, fractionDigitsMax: number): number {
  let at = from;
  const negative = csv[at] === MINUS;
  if (negative) at += 1;
  const integerFrom = at;
  while (digit(csv, at)) at += 1;
  const integerDigits = at - integerFrom;
  if (integerDigits === 0) return -1;
  const zero = csv[integerFrom] === ZERO;
  if (zero ? integerDigits > 1 : integerDigits > integerDigitsMax) return -1;
  if (csv[at] !== POINT) return negative && zero ? -1 : at;
  const fractionFrom = at + 1;
  at = fractionFrom;
  while (digit(csv, at)) at += 1;
  const fractionDigits = at - fractionFrom;
  return fractionDigits === 0 || fractionDigits > fractionDigitsMax || csv[at - 1] === ZERO ? -1 : at;
}

/** Milliseconds since the epoch of `YYYY-MM-DD`, NaN when there is no such day. */
function parseDate(csv: Uint8Array, at: number): number {
  const [century, year, month, day] = [pair(csv, at), pair(csv, at + 2), pair(csv, at + 5), pair(csv, at + 8)];
  const digits = century >= 0 && year >= 0 && month >= 0 && day >= 0;
  if (!digits || csv[at + 4] !== MINUS || csv[at + 7] !== MINUS) return Number.NaN;
  const date = new Date(Date.UTC(century * 100 + year, month - 1, day));
  const same = date.getUTCFullYear() === century * 100 + year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.getTime() : Number.NaN;
}

/** Seconds since midnight of `THH:MM:SSZ`, -1 when it is no such time. */
function parseTime(csv: Uint8Array, at: number): number {
  if (csv[at] !== 0x54 || csv[at + 3] !== COLON || csv[at + 6] !== COLON || csv[at + 9] !== 0x5a) return -1;
  const hours = pair(csv, at + 1);
  const minutes = pair(csv, at + 4);
  const seconds = pair(csv, at + 7);
  if (hours < 0 || minutes < 0 || seconds < 0 || hours > 23 || minutes > 59 || seconds > 59) return -1;
  return (hours * 60 + minutes) * 60 + seconds;
}

/** Value of two digits, -1 when one is none. */
function pair(csv: Uint8Array, at: number): number {
  return digit(csv, at) && digit(csv, at + 1) ? (csv[at]! - ZERO) * 10 + csv[at + 1]! - ZERO : -1;
}

function digit(csv: Uint8Array, at: number): boolean {
  const byte = csv[at]!;
  return byte >= ZERO && byte <= 0x39;
}

function startsWith(csv: Uint8Array, expected: Uint8Array, at: number): boolean {
  for (let i = 0; i < expected.length; i += 1) if (csv[at + i] !== expected[i]) return false;
  return true;
}
