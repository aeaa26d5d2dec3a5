import type { CandleWindow, DecimalType } from '@elias/market-data';
import { PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import { CANDLES_CSV_HEADER } from './candles-csv.js';
import { COMMA, DATE_LENGTH, decimalEnd, LF, parseDate, parseTime, startsWith, ZULU } from './csv-bytes.js';

const HEADER = Buffer.from(`${CANDLES_CSV_HEADER}\n`);

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
    if (time < 0 || csv[at + 19] !== ZULU || csv[at + 20] !== COMMA) return noInstant(rows);
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
