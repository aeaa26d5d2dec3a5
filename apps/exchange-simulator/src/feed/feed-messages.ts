import { decimalText } from '../candles/decimal-sum.js';
import { paddedText } from '../candles/number-text.js';
import { bitsAt } from '../random.js';
import type { RollingStats } from '../rest/answer-stats.js';
import type { Trade } from '../trades/lay-out-trades.js';

/** What a made trade is told with. */
export interface TradeTeller {
  productId: string;
  decimals: { price: number; size: number };
  /** noise of the product: order ids, sequence, microseconds */
  field: number;
}

/** Places of volumes and of the sizes at the top of the book. */
const PLACES = 8;
/** `sequence` counts every event of the book, of which trades are few: it jumps by 9 to 23 between two trades. */
const SEQUENCE_STEP = 16;

/** A match as text, or the `last_match` that begins a subscription; `side` is the maker's. */
export function matchText(type: 'match' | 'last_match', trade: Trade, teller: TradeTeller): string {
  return JSON.stringify({
    type,
    trade_id: trade.tradeId,
    maker_order_id: orderId(teller.field, 0, trade.tradeId),
    taker_order_id: orderId(teller.field, 4, trade.tradeId),
    side: trade.side,
    size: plainText(trade.size, teller.decimals.size),
    price: plainText(trade.price, teller.decimals.price),
    product_id: teller.productId,
    sequence: sequenceOf(teller.field, trade.tradeId),
    time: microsecondText(trade.timeMs, teller.field),
  });
}

/** The ticker of a trade: `side` is the taker's, the other one than the match's; a spread of one increment. */
export function tickerText(trade: Trade, teller: TradeTeller, stats: RollingStats): string {
  const { price: decimals } = teller.decimals;
  const price = plainText(trade.price, decimals);
  const level = (increments: number): string => paddedText(Math.max(0, increments), decimals, decimals);
  const size = (at: number): string => paddedText(1 + (bitsAt(teller.field, at, trade.tradeId) >>> 12), teller.decimals.size, PLACES);
  const takerBuys = trade.side === 'sell';
  return JSON.stringify({
    type: 'ticker',
    sequence: sequenceOf(teller.field, trade.tradeId),
    product_id: teller.productId,
    price,
    open_24h: stats.open,
    volume_24h: stats.volume,
    low_24h: Number(stats.low) < trade.price / 10 ** decimals ? stats.low : price,
    high_24h: Number(stats.high) > trade.price / 10 ** decimals ? stats.high : price,
    volume_30d: stats.volume_30day,
    best_bid: level(takerBuys ? trade.price - 1 : trade.price),
    best_bid_size: size(10),
    best_ask: level(takerBuys ? trade.price : trade.price + 1),
    best_ask_size: size(11),
    side: takerBuys ? 'buy' : 'sell',
    time: microsecondText(trade.timeMs, teller.field),
    trade_id: trade.tradeId,
    last_size: plainText(trade.size, teller.decimals.size),
  });
}

export interface Heartbeat {
  productId: string;
  lastTradeId: number;
  sequence: number;
  timeMs: number;
}

export function heartbeatText({ productId, lastTradeId, sequence, timeMs }: Heartbeat): string {
  const time = microsecondText(timeMs, 0);
  return JSON.stringify({ type: 'heartbeat', last_trade_id: lastTradeId, product_id: productId, sequence, time });
}

/** The book's sequence at a trade; the same in its match and its ticker. */
export function sequenceOf(field: number, tradeId: number): number {
  return tradeId * SEQUENCE_STEP + (bitsAt(field, 8, tradeId) & 7);
}

/** Events of the book after the last trade, before the next. */
export const SEQUENCE_AFTER_TRADE = 8;

function plainText(increments: number, decimals: number): string {
  return decimalText({ units: BigInt(increments), scale: decimals });
}

/** Trades of one millisecond have one instant, as those of one taker's order do. */
function microsecondText(timeMs: number, field: number): string {
  const microseconds = (bitsAt(field, 9, timeMs % 2 ** 31) % 1_000).toString().padStart(3, '0');
  return `${new Date(timeMs).toISOString().slice(0, -1)}${microseconds}Z`;
}

function orderId(field: number, level: number, tradeId: number): string {
  const hex = [0, 1, 2, 3]
    .map((part) =>
      bitsAt(field, level + part, tradeId)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
