import type { FeedEvent } from '@elias/coinbase';
import type { LiveEvent } from '@elias/contracts';
import type { Candle, GranularitySeconds } from '@elias/market-data';
import { formatInstant, formatTradeTime } from '@elias/market-data';

/** What the feed told for others. */
export type ToldEvent = Extract<FeedEvent, { kind: 'trade' | 'ticker' }>;

export function isTold(event: FeedEvent): event is ToldEvent {
  return event.kind === 'trade' || event.kind === 'ticker';
}

/** What the feed told, as others read it. */
export function liveEvent(event: ToldEvent): LiveEvent {
  if (event.kind === 'trade') {
    const { productId, trade, filled, receivedAtMs } = event;
    return {
      type: 'live.trade',
      data: {
        product_id: productId,
        trade_id: trade.tradeId,
        side: trade.side,
        price: trade.price,
        size: trade.size,
        traded_at: formatTradeTime(trade.tradedAtMs),
        told_by: filled ? 'rest' : 'feed',
        received_at: formatTradeTime(receivedAtMs),
      },
    };
  }
  const { productId, ticker, receivedAtMs } = event;
  return {
    type: 'live.ticker',
    data: {
      product_id: productId,
      trade_id: ticker.tradeId,
      side: ticker.side,
      price: ticker.price,
      last_size: ticker.lastSize,
      best_bid: ticker.bestBid,
      best_bid_size: ticker.bestBidSize,
      best_ask: ticker.bestAsk,
      best_ask_size: ticker.bestAskSize,
      open_24h: ticker.open24h,
      low_24h: ticker.low24h,
      high_24h: ticker.high24h,
      volume_24h: ticker.volume24h,
      volume_30d: ticker.volume30d,
      traded_at: formatTradeTime(ticker.tradedAtMs),
      received_at: formatTradeTime(receivedAtMs),
    },
  };
}

/** @param answeredAtMs the exchange's clock as it told it */
export function openCandleEvent(productId: string, granularity: GranularitySeconds, candle: Candle, answeredAtMs: number): LiveEvent {
  const { startedAtMs, open, high, low, close, volume } = candle;
  return {
    type: 'live.candle',
    data: {
      product_id: productId,
      granularity,
      started_at: formatInstant(startedAtMs),
      ...{ open, high, low, close, volume },
      answered_at: formatInstant(Math.floor(answeredAtMs / 1_000) * 1_000),
    },
  };
}
