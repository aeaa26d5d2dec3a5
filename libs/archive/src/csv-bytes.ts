/** Values of a CSV, read byte by byte where no string is to be made of each. */

export const LF = 0x0a;
export const COMMA = 0x2c;
const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;
const COLON = 0x3a;
/** the Z of UTC */
export const ZULU = 0x5a;
/** of `YYYY-MM-DD` */
export const DATE_LENGTH = 10;

/**
 * Where a canonical decimal (plain, no leading or trailing zeros, no minus zero) ends, or -1 when there is none or it has more
 * digits than fit.
 */
export function decimalEnd(csv: Uint8Array, from: number, integerDigitsMax: number, fractionDigitsMax: number): number {
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
export function parseDate(csv: Uint8Array, at: number): number {
  const [century, year, month, day] = [pair(csv, at), pair(csv, at + 2), pair(csv, at + 5), pair(csv, at + 8)];
  const digits = century >= 0 && year >= 0 && month >= 0 && day >= 0;
  if (!digits || csv[at + 4] !== MINUS || csv[at + 7] !== MINUS) return Number.NaN;
  const date = new Date(Date.UTC(century * 100 + year, month - 1, day));
  const same = date.getUTCFullYear() === century * 100 + year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.getTime() : Number.NaN;
}

/** Seconds since midnight of `THH:MM:SS`, -1 when it is no such time. */
export function parseTime(csv: Uint8Array, at: number): number {
  if (csv[at] !== 0x54 || csv[at + 3] !== COLON || csv[at + 6] !== COLON) return -1;
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

export function digit(csv: Uint8Array, at: number): boolean {
  const byte = csv[at]!;
  return byte >= ZERO && byte <= 0x39;
}

export function startsWith(csv: Uint8Array, expected: Uint8Array, at: number): boolean {
  for (let i = 0; i < expected.length; i += 1) if (csv[at + i] !== expected[i]) return false;
  return true;
}
