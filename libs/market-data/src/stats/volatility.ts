import type { CandleColumns } from './candle-columns.js';

/** A crypto market trades every day of the year. */
const DAYS_PER_YEAR = 365;
const SAMPLE_MINUTES = 5;
const SAMPLES_PER_DAY = 288;
/** Fewer intervals with a trade than this say more of the gaps than of the prices. */
const TRADED_SAMPLES_MIN = 72;

/**
 * Realised volatility of one day, per year: √(365 × Σ r²) over the 288 log returns of prices sampled every 5 minutes, the mean taken as
 * zero. Over minutes without a trade the last price is carried.
 * @param minutes of a whole day
 * @param startPrice the price at 00:00Z; null: the day's first open
 * @returns null when fewer than 72 of the intervals had a trade, or a price is zero
 */
export function realisedVolatility({ period, open, close }: CandleColumns, startPrice: number | null): number | null {
  let price = startPrice ?? open[0] ?? Number.NaN;
  let [row, traded, sumOfSquares] = [0, 0, 0];
  for (let sample = 1; sample <= SAMPLES_PER_DAY; sample += 1) {
    const firstRow = row;
    while (row < period.length && period[row]! < sample * SAMPLE_MINUTES) row += 1;
    if (row === firstRow) continue;
    const sampled = close[row - 1]!;
    const logReturn = Math.log(sampled / price);
    sumOfSquares += logReturn * logReturn;
    price = sampled;
    traded += 1;
  }
  return traded < TRADED_SAMPLES_MIN ? null : finiteOrNull(Math.sqrt(DAYS_PER_YEAR * sumOfSquares));
}

/**
 * Volatility of daily closes, per year: sample standard deviation (n − 1) of the log returns between neighbours × √365.
 * @param closes in time order, one more than there are returns; null where there is none
 * @returns null unless every close is there, and above zero
 */
export function closeVolatility(closes: readonly (number | null)[]): number | null {
  const logReturns = closes.slice(1).map((close, i) => Math.log((close ?? Number.NaN) / (closes[i] ?? Number.NaN)));
  const mean = sum(logReturns) / logReturns.length;
  const variance = sum(logReturns.map((logReturn) => (logReturn - mean) ** 2)) / (logReturns.length - 1);
  return finiteOrNull(Math.sqrt(variance) * Math.sqrt(DAYS_PER_YEAR));
}

/** In the order given. */
function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
