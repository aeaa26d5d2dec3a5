import { canonicalDecimal } from '@elias/market-data';
import { z } from 'zod';

/** One match. */
export interface Trade {
  /** without holes per product */
  readonly tradeId: number;
  /** milliseconds since the epoch */
  readonly tradedAtMs: number;
  /** of the taker, who made the trade happen; the exchange's REST answer names the maker's */
  readonly side: 'buy' | 'sell';
  /** canonical decimals, quote and base currency */
  readonly price: string;
  readonly size: string;
}

/** A page of trades, newest first as it came, and the cursors to go on from. */
export interface TradesPage {
  readonly trades: readonly Trade[];
  /** newest and oldest id of the page, as the headers `cb-before` and `cb-after` have them */
  readonly before: string | null;
  readonly after: string | null;
}

export interface TradesCursor {
  /** only ids below this one, directly below it */
  readonly after?: number;
  /** only ids above this one; the exchange gives the newest of those, not the next */
  readonly before?: number;
  /** 1 to 1000 */
  readonly limit?: number;
}

const tradesSchema = z.array(
  z.object({
    time: z.string().transform((text, context) => {
      const ms = Date.parse(text);
      if (Number.isNaN(ms)) context.addIssue('not an instant');
      return ms;
    }),
    trade_id: z.int().min(0),
    price: z.string(),
    size: z.string(),
    side: z.enum(['buy', 'sell']),
  }),
);

/** @returns null when it is not the shape of a page of trades */
export function readTrades(json: unknown): Trade[] | null {
  const parsed = tradesSchema.safeParse(json);
  if (!parsed.success) return null;
  try {
    return parsed.data.map(({ time, trade_id, price, size, side }) => ({
      tradeId: trade_id,
      tradedAtMs: time,
      side: side === 'buy' ? 'sell' : 'buy',
      price: canonicalDecimal(price),
      size: canonicalDecimal(size),
    }));
  } catch {
    return null;
  }
}
