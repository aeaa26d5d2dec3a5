import type { TradeWindow } from '@elias/market-data';
import { PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import { COMMA, DATE_LENGTH, decimalEnd, digit, LF, parseDate, parseTime, POINT, startsWith, ZERO, ZULU } from './csv-bytes.js';
import { TRADES_CSV_HEADER } from './trades-csv.js';

const HEADER = Buffer.from(`${TRADES_CSV_HEADER}\n`);
/** Longest line: two times 24 characters of product, an id, an instant, a side, price and size. */
const LINE_BYTES_MAX = 256;
/** Length of `2023-12-01T00:00:00.000Z`. */
const INSTANT_LENGTH = 24;
const [BUY, SELL] = ['buy,', 'sell,'].map((side) => Buffer.from(side)) as [Buffer, Buffer];
const ID_DIGITS_MAX = 15;

/**
 * Reads the CSV of a window of trades once, as it comes: columns of each row, canonical values that fit the stores, ids strictly rising,
 * times inside the window (in whatever order). Holds a line at most, however large the window.
 */
export class CheckTradeRows {
  private rest: Uint8Array = new Uint8Array();
  private headed = false;
  private rows = 0;
  private lastId = -1;
  private problem: string | null = null;
  private readonly key: Buffer;
  private readonly date = new Uint8Array(DATE_LENGTH);
  /** milliseconds from the window's first instant to the date above */
  private dateAt = 0;
  private readonly spanMs: number;

  constructor(private readonly window: TradeWindow) {
    this.key = Buffer.from(`${window.productId},`);
    this.spanMs = window.toMs - window.fromMs;
  }

  /** @returns what is wrong with the first wrong line so far (its number counts the header as 1), or null */
  push(chunk: Uint8Array): string | null {
    if (this.problem !== null) return this.problem;
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.lastIndexOf(LF) + 1;
    this.problem = this.lines(bytes, end);
    this.rest = Buffer.from(bytes.subarray(end));
    if (this.problem === null && this.rest.length > LINE_BYTES_MAX) this.problem = this.line('has no end');
    return this.problem;
  }

  /** @returns the number of rows, or what is wrong */
  end(): number | string {
    if (this.problem !== null) return this.problem;
    if (!this.headed) return 'line 1 is not the header of trades';
    return this.rest.length === 0 ? this.rows : 'the last line has no end';
  }

  private lines(bytes: Uint8Array, end: number): string | null {
    let at = 0;
    if (!this.headed && end > 0) {
      if (!startsWith(bytes, HEADER, 0)) return 'line 1 is not the header of trades';
      this.headed = true;
      at = HEADER.length;
    }
    while (at < end) {
      const next = this.row(bytes, at);
      if (typeof next === 'string') return next;
      at = next;
      this.rows += 1;
    }
    return null;
  }

  /** @returns where the next line begins, or what is wrong */
  private row(csv: Uint8Array, from: number): number | string {
    if (!startsWith(csv, this.key, from)) return this.line(`does not begin with ${this.window.productId}`);
    const idFrom = from + this.key.length;
    let at = idFrom;
    let id = 0;
    for (; digit(csv, at); at += 1) id = id * 10 + csv[at]! - ZERO;
    const digits = at - idFrom;
    if (digits === 0 || digits > ID_DIGITS_MAX || (digits > 1 && csv[idFrom] === ZERO) || csv[at] !== COMMA) {
      return this.line('has no trade_id');
    }
    if (id <= this.lastId) return this.line('does not rise above the line before');
    at += 1;
    const time = this.timeAt(csv, at);
    if (Number.isNaN(time)) return this.line('has no traded_at like 2023-12-01T00:00:00.000Z');
    if (time < 0 || time >= this.spanMs) return this.line('is outside the window');
    at += INSTANT_LENGTH + 1;
    const side = startsWith(csv, BUY, at) ? BUY : startsWith(csv, SELL, at) ? SELL : null;
    if (side === null) return this.line('has no side');
    at = amountEnd(csv, at + side.length, PRICE_TYPE);
    if (at < 0 || csv[at] !== COMMA) return this.line('has no price that can be stored');
    at = amountEnd(csv, at + 1, SIZE_TYPE);
    if (at < 0 || csv[at] !== LF) return this.line('has no size that can be stored');
    this.lastId = id;
    return at + 1;
  }

  /** Milliseconds since the window's first instant, NaN when there is none or no comma after it. */
  private timeAt(csv: Uint8Array, at: number): number {
    if (!startsWith(csv, this.date, at)) {
      const dateMs = parseDate(csv, at);
      if (Number.isNaN(dateMs)) return Number.NaN;
      this.dateAt = dateMs - this.window.fromMs;
      this.date.set(csv.subarray(at, at + DATE_LENGTH));
    }
    const seconds = parseTime(csv, at + DATE_LENGTH);
    const fraction = at + DATE_LENGTH + 9;
    const millis = csv[fraction] === POINT && digit(csv, fraction + 1) && digit(csv, fraction + 2) && digit(csv, fraction + 3);
    if (seconds < 0 || !millis || csv[fraction + 4] !== ZULU || csv[fraction + 5] !== COMMA) return Number.NaN;
    const ms = (csv[fraction + 1]! - ZERO) * 100 + (csv[fraction + 2]! - ZERO) * 10 + csv[fraction + 3]! - ZERO;
    return this.dateAt + seconds * 1_000 + ms;
  }

  private line(problem: string): string {
    return `line ${this.rows + 2} ${problem}`;
  }
}

/** Where a canonical decimal above 0 ends, or -1. */
function amountEnd(csv: Uint8Array, at: number, { precision, scale }: { precision: number; scale: number }): number {
  if (!digit(csv, at) || (csv[at] === ZERO && csv[at + 1] !== POINT)) return -1;
  return decimalEnd(csv, at, precision - scale, scale);
}
