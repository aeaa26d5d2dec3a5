import { priceText, volumeText } from '../candles/number-text.js';

/** A candle in whole increments. */
export interface CountedCandle {
  /** bucket start, seconds */
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** One candle of minutes, oldest first; null when there are none. */
export function mergedMinutes(minutes: readonly CountedCandle[], time: number): CountedCandle | null {
  const [first] = minutes;
  if (first === undefined) return null;
  const candle = { time, open: first.open, high: first.high, low: first.low, close: first.close, volume: 0 };
  for (const minute of minutes) {
    candle.high = Math.max(candle.high, minute.high);
    candle.low = Math.min(candle.low, minute.low);
    candle.close = minute.close;
    candle.volume += minute.volume;
  }
  return candle;
}

/** The row that a counted candle is served as. */
export function textOfCandle(candle: CountedCandle, decimals: { price: number; size: number }): string {
  const [low, high, open, close] = [candle.low, candle.high, candle.open, candle.close].map((price) => priceText(price, decimals.price));
  return `[${candle.time},${low},${high},${open},${close},${volumeText(candle.volume, decimals.size)}]`;
}
