import { below, bitsOf, exponential } from '../random.js';
import type { TradedMinute } from './trade-tape.js';

/** A trade in whole increments. */
export interface Trade {
  tradeId: number;
  /** milliseconds */
  timeMs: number;
  price: number;
  size: number;
  /** the maker's */
  side: 'buy' | 'sell';
}

/**
 * Trades of a minute, oldest first, that make exactly its candle: the first has the open, the last the close, high
 * and low are met, sizes add up to the volume. The same minute always gives the same trades.
 */
export function layOutTrades(minute: TradedMinute, seed: string): Trade[] {
  const { trades: count, time, volume } = minute;
  const bits = bitsOf(seed, 'trades', time);
  const timesMs = Float64Array.from({ length: count }, () => time * 1_000 + below(bits(), 60_000)).sort();
  const prices = pricesOf(minute, bits);
  const sizes = sizesOf(count, volume, bits);
  return Array.from({ length: count }, (_, index) => {
    const price = prices[index] ?? minute.close;
    const before = prices[index - 1] ?? price;
    const up = price > before || (price === before && (bits() & 1) === 0);
    return {
      tradeId: minute.firstTradeId + index,
      timeMs: timesMs[index] ?? time * 1_000,
      price,
      size: sizes[index] ?? 1,
      side: up ? 'sell' : 'buy',
    };
  });
}

function pricesOf({ open, high, low, close, trades: count }: TradedMinute, bits: () => number): number[] {
  const prices = Array.from({ length: count }, () => low + below(bits(), high - low + 1));
  prices[0] = open;
  prices[count - 1] = close;
  const inner = count - 2;
  const highAt = inner > 0 ? 1 + below(bits(), inner) : 0;
  const lowAt = inner > 1 ? 1 + ((highAt + below(bits(), inner - 1)) % inner) : highAt;
  if (inner > 0 && high > Math.max(open, close)) prices[highAt] = high;
  if (inner > 0 && low < Math.min(open, close)) prices[lowAt] = low;
  return prices;
}

/** Splits a volume into `count` sizes of at least one increment each. */
function sizesOf(count: number, volume: number, bits: () => number): number[] {
  const weights = Array.from({ length: count }, () => exponential(bits()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.map((weight) => 1 + Math.floor((volume - count) * (weight / total)));
  const rest = volume - sizes.reduce((sum, size) => sum + size, 0);
  sizes[0] = (sizes[0] ?? 0) + rest;
  return sizes;
}
