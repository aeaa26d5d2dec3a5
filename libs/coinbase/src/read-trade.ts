import type { Trade } from '@elias/market-data';
import { PRICE_TYPE, readStoredDecimal, readTradeTime, SIZE_TYPE } from '@elias/market-data';

/** Why something told of a trade cannot be true. */
export type TradeProblem = 'impossible_trade_id' | 'wrong_time' | 'impossible_side' | 'impossible_price' | 'impossible_size';

/**
 * A trade as the exchange tells it, by REST in `/products/{id}/trades` and by the feed in `match` alike: both name the maker's side,
 * REST pads its decimals, the feed tells microseconds. The same trade comes out the same.
 */
export function readTrade(told: Readonly<Record<string, unknown>>): Trade | TradeProblem {
  const tradeId = readTradeId(told['trade_id']);
  if (tradeId === null) return 'impossible_trade_id';
  const tradedAtMs = readTime(told['time']);
  if (tradedAtMs === null) return 'wrong_time';
  const makerSide = told['side'];
  if (makerSide !== 'buy' && makerSide !== 'sell') return 'impossible_side';
  const price = readPrice(told['price']);
  if (price === null) return 'impossible_price';
  const size = readSize(told['size']);
  if (size === null) return 'impossible_size';
  return { tradeId, tradedAtMs, side: makerSide === 'buy' ? 'sell' : 'buy', price, size };
}

/** @returns null when it is no whole number from 0 on */
export function readTradeId(told: unknown): number | null {
  return Number.isSafeInteger(told) && (told as number) >= 0 ? (told as number) : null;
}

/** @returns milliseconds since the epoch */
export function readTime(told: unknown): number | null {
  return typeof told === 'string' ? readTradeTime(told) : null;
}

/** Of something traded: above 0. */
export function readPrice(told: unknown): string | null {
  const stored = typeof told === 'string' ? readStoredDecimal(told, PRICE_TYPE) : null;
  return stored === '0' ? null : stored;
}

/** Of something traded: above 0. */
export function readSize(told: unknown): string | null {
  const stored = typeof told === 'string' ? readStoredDecimal(told, SIZE_TYPE) : null;
  return stored === '0' ? null : stored;
}
