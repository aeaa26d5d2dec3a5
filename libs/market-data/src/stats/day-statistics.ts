import type { CandleColumns } from './candle-columns.js';
import { PRICE_PLACES, roundDecimal } from './round-decimal.js';

/** What a day's minutes give. Prices are canonical decimals, sums are floats. */
export interface DayStatistics {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** sum over the minutes, base currency */
  readonly volume: number;
  /** Σ(typical × volume), typical = (high + low + close) / 3, quote currency */
  readonly quoteVolume: number;
  /** quoteVolume / volume, never outside low to high, rounded as prices are; null when the volume is 0 */
  readonly vwap: string | null;
}

/** Sums run in time order, in float64. Null when there is no candle. */
export function dayStatistics({ candles, high, low, close, volume }: CandleColumns): DayStatistics | null {
  const [first, last] = [candles[0], candles.at(-1)];
  if (first === undefined || last === undefined) return null;
  let [highest, lowest, sum, quoteSum] = [0, 0, 0, 0];
  for (let i = 0; i < candles.length; i += 1) {
    if (high[i]! > high[highest]!) highest = i;
    if (low[i]! < low[lowest]!) lowest = i;
    sum += volume[i]!;
    quoteSum += ((high[i]! + low[i]! + close[i]!) / 3) * volume[i]!;
  }
  return {
    open: first.open,
    high: candles[highest]!.high,
    low: candles[lowest]!.low,
    close: last.close,
    volume: sum,
    quoteVolume: quoteSum,
    vwap: sum === 0 ? null : within(quoteSum / sum, candles[lowest]!.low, candles[highest]!.high),
  };
}

/** A mean of equal prices may come out one bit beside them, and a double's expansion beside the decimal: at the ends these are given. */
function within(price: number, low: string, high: string): string {
  if (price <= Number(low)) return low;
  return price >= Number(high) ? high : roundDecimal(price, PRICE_PLACES);
}
