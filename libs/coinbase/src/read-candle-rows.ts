import type { Candle, CandlePage, DecimalType, GranularitySeconds } from '@elias/market-data';
import { canonicalDecimal, fitsDecimal, PRICE_TYPE, SETTLE_DELAY_MS, SIZE_TYPE } from '@elias/market-data';
import { BadAnswerError, ValueDoesNotFitError } from './coinbase-errors.js';
import type { CandleSource } from './parse-candle-page.js';

export interface CandlePageRequest {
  /** for errors */
  readonly path: string;
  readonly page: CandlePage;
  readonly granularity: GranularitySeconds;
  /** `Date − Age`; null: nothing counts as settled */
  readonly answeredAtMs: number | null;
}

/**
 * The candles of one page that are settled: over for at least the settle delay when the exchange answered. Of doubles the first wins
 * (the second was seen to be an older telling). Rows outside the page, or of periods that may still change, are dropped.
 * @returns in time order
 * @throws BadAnswerError a row cannot be a candle
 * @throws ValueDoesNotFitError a value that would be kept cannot be stored
 */
export function readCandleRows(rows: readonly CandleSource[], request: CandlePageRequest): Candle[] {
  const { page, granularity, answeredAtMs } = request;
  const widthMs = granularity * 1_000;
  const lastSettledMs = answeredAtMs === null ? Number.NEGATIVE_INFINITY : answeredAtMs - SETTLE_DELAY_MS - widthMs;
  const untilMs = Math.min(page.endMs, lastSettledMs);
  const byPeriod = new Map<number, Candle>();
  let sorted = true;
  let lastMs = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const startedAtMs = Number(row[0]) * 1_000;
    const problem = problemOf(row, startedAtMs, widthMs);
    if (problem !== null) throw new BadAnswerError(request.path, `${problem}: [${row.join(',').slice(0, 200)}]`);
    if (startedAtMs < page.startMs || startedAtMs > untilMs || byPeriod.has(startedAtMs)) continue;
    byPeriod.set(startedAtMs, candleOf(row, startedAtMs, request.path));
    sorted &&= startedAtMs < lastMs;
    lastMs = startedAtMs;
  }
  const newestFirst = [...byPeriod.values()];
  return sorted ? newestFirst.reverse() : newestFirst.sort((a, b) => a.startedAtMs - b.startedAtMs);
}

/** Compared as floats, which may hide a difference in the 17th digit but never invents one. */
function problemOf(
  [, lowText, highText, openText, closeText, volumeText]: CandleSource,
  startedAtMs: number,
  widthMs: number,
): string | null {
  if (!Number.isSafeInteger(startedAtMs) || startedAtMs % widthMs !== 0) return 'a candle does not start on its grid';
  const [low, high, open, close] = [Number(lowText), Number(highText), Number(openText), Number(closeText)];
  if (low > high) return 'a candle is lower at its high than at its low';
  if (open < low || open > high) return 'a candle opens outside its range';
  if (close < low || close > high) return 'a candle closes outside its range';
  return low < 0 || Number(volumeText) < 0 ? 'a candle has a negative value' : null;
}

function candleOf([, low, high, open, close, volume]: CandleSource, startedAtMs: number, path: string): Candle {
  const stored = (column: string, text: string, type: DecimalType): string => {
    const canonical = canonicalOrNull(text);
    if (canonical !== null && fitsDecimal(canonical, type)) return canonical;
    throw new ValueDoesNotFitError(path, column, new Date(startedAtMs).toISOString(), text);
  };
  return {
    startedAtMs,
    open: stored('open', open, PRICE_TYPE),
    high: stored('high', high, PRICE_TYPE),
    low: stored('low', low, PRICE_TYPE),
    close: stored('close', close, PRICE_TYPE),
    volume: stored('volume', volume, SIZE_TYPE),
  };
}

/** The text is a JSON number; what is no decimal all the same has an exponent beyond all bounds. */
function canonicalOrNull(text: string): string | null {
  try {
    return canonicalDecimal(text);
  } catch {
    return null;
  }
}
