import type { DecimalType, Trade } from '@elias/market-data';
import { PRICE_TYPE, readStoredDecimal, SIZE_TYPE } from '@elias/market-data';
import type { TradeProblem } from '../read-trade.js';
import { readPrice, readSize, readTime, readTrade, readTradeId } from '../read-trade.js';
import { isJsonObject } from '../told-values.js';

/** One match, from the channel `matches`. */
export interface FeedTrade {
  readonly type: 'trade';
  readonly productId: string;
  /** its side is the taker's; the channel tells the maker's */
  readonly trade: Trade;
  /** a `last_match`: made before we subscribed, told once on subscribing */
  readonly beforeSubscribing: boolean;
}

/** Best prices and rolling sums at a match, from the channel `ticker`. Prices and sizes are canonical decimals. */
export interface Ticker {
  readonly tradeId: number;
  /** milliseconds since the epoch */
  readonly tradedAtMs: number;
  /** of the taker, as this channel tells it: the match of the same trade is told with the maker's */
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly lastSize: string;
  /** null where the exchange does not say */
  readonly bestBid: string | null;
  readonly bestBidSize: string | null;
  readonly bestAsk: string | null;
  readonly bestAskSize: string | null;
  readonly open24h: string | null;
  readonly low24h: string | null;
  readonly high24h: string | null;
  readonly volume24h: string | null;
  readonly volume30d: string | null;
}

export interface FeedTicker {
  readonly type: 'ticker';
  readonly productId: string;
  readonly ticker: Ticker;
}

/** Once a second and product; may come out of order. */
export interface FeedHeartbeat {
  readonly type: 'heartbeat';
  readonly productId: string;
  readonly lastTradeId: number;
  /** milliseconds since the epoch */
  readonly sentAtMs: number;
}

/** All that this connection is subscribed to by now: product ids by channel. */
export interface FeedSubscriptions {
  readonly type: 'subscriptions';
  readonly channels: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface FeedError {
  readonly type: 'error';
  readonly message: string;
  /** what the exchange adds, e.g. `X-USD is not a valid product`; may be empty */
  readonly reason: string;
}

export type FeedMessage = FeedTrade | FeedTicker | FeedHeartbeat | FeedSubscriptions | FeedError;

/** Why a message is not understood. */
export type RefusalReason = 'not_text' | 'not_json' | 'unknown_type' | 'wrong_shape' | 'product_not_asked_for' | TradeProblem;

export interface FeedRefusal {
  readonly type: 'refused';
  readonly reason: RefusalReason;
  /** as it came, at most `REFUSED_TEXT_MAX` characters */
  readonly text: string;
}

export const REFUSED_TEXT_MAX = 16_384;

/**
 * Text of one message of the feed to what it says. Never throws.
 * @param asked whether data of this product was asked for
 */
export function readFeedMessage(text: string, asked: (productId: string) => boolean): FeedMessage | FeedRefusal {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('not_json', text);
  }
  if (!isJsonObject(json)) return refuse('wrong_shape', text);
  const read = readObject(json, asked);
  return typeof read === 'string' ? refuse(read, text) : read;
}

/** Cut by way of bytes: a slice of a string would keep the whole of it in memory. */
export function refuse(reason: RefusalReason, text: string): FeedRefusal {
  const kept = text.length <= REFUSED_TEXT_MAX ? text : Buffer.from(text.slice(0, REFUSED_TEXT_MAX)).toString();
  return { type: 'refused', reason, text: kept };
}

type Told = Readonly<Record<string, unknown>>;

function readObject(told: Told, asked: (productId: string) => boolean): FeedMessage | RefusalReason {
  switch (told['type']) {
    case 'subscriptions':
      return readSubscriptions(told['channels']);
    case 'error':
      return { type: 'error', message: textOf(told['message']), reason: textOf(told['reason']) };
    case 'match':
    case 'last_match':
    case 'ticker':
    case 'heartbeat':
      return readData(told, asked);
    default:
      return 'unknown_type';
  }
}

function readData(told: Told, asked: (productId: string) => boolean): FeedMessage | RefusalReason {
  const { type, product_id: productId } = told;
  if (typeof productId !== 'string') return 'wrong_shape';
  if (!asked(productId)) return 'product_not_asked_for';
  if (type === 'heartbeat') return readHeartbeat(told, productId);
  if (type === 'ticker') {
    const ticker = readTicker(told);
    return typeof ticker === 'string' ? ticker : { type, productId, ticker };
  }
  const trade = readTrade(told);
  return typeof trade === 'string' ? trade : { type: 'trade', productId, trade, beforeSubscribing: type === 'last_match' };
}

function readHeartbeat(told: Told, productId: string): FeedHeartbeat | RefusalReason {
  const lastTradeId = readTradeId(told['last_trade_id']);
  if (lastTradeId === null) return 'impossible_trade_id';
  const sentAtMs = readTime(told['time']);
  return sentAtMs === null ? 'wrong_time' : { type: 'heartbeat', productId, lastTradeId, sentAtMs };
}

function readTicker(told: Told): Ticker | RefusalReason {
  const tradeId = readTradeId(told['trade_id']);
  if (tradeId === null) return 'impossible_trade_id';
  const tradedAtMs = readTime(told['time']);
  if (tradedAtMs === null) return 'wrong_time';
  const side = told['side'];
  if (side !== 'buy' && side !== 'sell') return 'impossible_side';
  const price = readPrice(told['price']);
  const lastSize = readSize(told['last_size']);
  const prices = ['best_bid', 'best_ask', 'open_24h', 'low_24h', 'high_24h'].map((name) => optional(told[name], PRICE_TYPE));
  const sizes = ['best_bid_size', 'best_ask_size', 'volume_24h', 'volume_30d'].map((name) => optional(told[name], SIZE_TYPE));
  if (price === null || prices.includes(undefined)) return 'impossible_price';
  if (lastSize === null || sizes.includes(undefined)) return 'impossible_size';
  const [bestBid, bestAsk, open24h, low24h, high24h] = prices as [Known, Known, Known, Known, Known];
  const [bestBidSize, bestAskSize, volume24h, volume30d] = sizes as [Known, Known, Known, Known];
  const best = { bestBid, bestBidSize, bestAsk, bestAskSize };
  return { tradeId, tradedAtMs, side, price, lastSize, ...best, open24h, low24h, high24h, volume24h, volume30d };
}

type Known = string | null;

/** @returns null when it is not told, undefined when it cannot be true */
function optional(told: unknown, type: DecimalType): Known | undefined {
  if (told === undefined || told === null || told === '') return null;
  return typeof told === 'string' ? (readStoredDecimal(told, type) ?? undefined) : undefined;
}

function readSubscriptions(channels: unknown): FeedSubscriptions | RefusalReason {
  if (!Array.isArray(channels)) return 'wrong_shape';
  const byName = new Map<string, Set<string>>();
  for (const channel of channels as unknown[]) {
    if (!isJsonObject(channel) || typeof channel['name'] !== 'string') return 'wrong_shape';
    const productIds: unknown = channel['product_ids'] ?? [];
    if (!Array.isArray(productIds) || productIds.some((id) => typeof id !== 'string')) return 'wrong_shape';
    byName.set(channel['name'], new Set(productIds as string[]));
  }
  return { type: 'subscriptions', channels: byName };
}

const textOf = (told: unknown): string => (typeof told === 'string' ? told.slice(0, 500) : '');
