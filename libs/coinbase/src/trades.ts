import type { Trade } from '@elias/market-data';
import { readTrade } from './read-trade.js';
import { isJsonObject } from './told-values.js';

export type { Trade } from '@elias/market-data';

/** A page of trades, newest first as it came, and the cursors to go on from. */
export interface TradesPage {
  readonly trades: readonly Trade[];
  /** newest and oldest id of the page, as the headers `cb-before` and `cb-after` have them */
  readonly before: string | null;
  readonly after: string | null;
  /** it was so at this instant, milliseconds since the epoch; null when a cache gave it and nobody says how old it is */
  readonly answeredAtMs: number | null;
}

export interface TradesCursor {
  /** only ids below this one, directly below it */
  readonly after?: number;
  /** only ids above this one; the exchange gives the newest of those, not the next */
  readonly before?: number;
  /** 1 to 1000 */
  readonly limit?: number;
}

/** @returns null when it is not the shape of a page of trades, or a trade in it cannot be true */
export function readTrades(json: unknown): Trade[] | null {
  if (!Array.isArray(json)) return null;
  const trades: Trade[] = [];
  for (const told of json) {
    const trade = isJsonObject(told) ? readTrade(told) : null;
    if (trade === null || typeof trade === 'string') return null;
    trades.push(trade);
  }
  return trades;
}
