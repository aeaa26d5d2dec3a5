import type { DecimalType } from './canonical-decimal.js';
import { canonicalDecimal, fitsDecimal } from './canonical-decimal.js';

/** One match, told the same whoever tells it: by REST or by the feed. */
export interface Trade {
  /** without holes per product */
  readonly tradeId: number;
  /** milliseconds since the epoch */
  readonly tradedAtMs: number;
  /** of the taker, who made the trade happen; the exchange names the maker's */
  readonly side: 'buy' | 'sell';
  /** canonical decimals above 0, quote and base currency */
  readonly price: string;
  readonly size: string;
}

const TRADE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.(\d{1,9}))?Z$/;

/**
 * Time of a trade. What is finer than a millisecond is cut off, not rounded: the feed tells microseconds where REST tells milliseconds.
 * @returns milliseconds since the epoch; null when the text is no UTC instant, or names one that does not exist
 */
export function readTradeTime(text: string): number | null {
  const match = TRADE_TIME.exec(text);
  if (match === null) return null;
  const second = text.slice(0, 19);
  const wholeMs = Date.parse(`${second}Z`);
  if (Number.isNaN(wholeMs) || new Date(wholeMs).toISOString().slice(0, 19) !== second) return null;
  return wholeMs + Number((match[1] ?? '').slice(0, 3).padEnd(3, '0'));
}

/**
 * An instant as Elias writes those of trades: `2023-12-01T00:00:00.089Z`.
 * @param ms milliseconds since the epoch
 * @throws RangeError when it is not a whole number, or no date
 */
export function formatTradeTime(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`not a whole millisecond: ${ms}`);
  return new Date(ms).toISOString();
}

/**
 * A value as it is stored.
 * @returns canonical; null when the text is no decimal number, below 0, or cannot be stored without loss
 */
export function readStoredDecimal(text: string, type: DecimalType): string | null {
  let canonical: string;
  try {
    canonical = canonicalDecimal(text);
  } catch {
    return null;
  }
  return canonical.startsWith('-') || !fitsDecimal(canonical, type) ? null : canonical;
}
