import type { CandleColumns } from './candle-columns.js';

/** What a day's minutes give. Prices that are taken over as they stand are canonical decimals, computed values are floats. */
export interface DayStatistics {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** sum over the minutes, base currency */
  readonly volume: number;
  /** Σ(typical × volume), typical = (high + low + close) / 3, quote currency */
  readonly quoteVolume: number;
  /** quoteVolume / volume, from low to high; null when the volume is 0 */
  readonly vwap: number | null;
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
    // a mean of equal prices may come out one bit beside them
    vwap: sum === 0 ? null : Math.min(Math.max(quoteSum / sum, low[lowest]!), high[highest]!),
  };
}
