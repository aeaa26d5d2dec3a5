/** Messages in the shape that the exchange sends, with values of our own. */
export const BTC = 'BTC-USD';
export const ETH = 'ETH-USD';

type Changes = Readonly<Record<string, unknown>>;

const AT = '2024-05-06T07:08:09.123456Z';

export const match = (tradeId: number, changes: Changes = {}): Record<string, unknown> => ({
  type: 'match',
  trade_id: tradeId,
  maker_order_id: '11111111-1111-4111-8111-111111111111',
  taker_order_id: '22222222-2222-4222-8222-222222222222',
  side: 'sell',
  size: '0.50000000',
  price: '64000.10',
  product_id: BTC,
  sequence: 1_000 + tradeId * 7,
  time: AT,
  ...changes,
});

export const ticker = (tradeId: number, changes: Changes = {}): Record<string, unknown> => ({
  type: 'ticker',
  sequence: 1_000 + tradeId * 7,
  product_id: BTC,
  price: '64000.10',
  open_24h: '63000',
  volume_24h: '12.50000000',
  low_24h: '62000',
  high_24h: '65000.5',
  volume_30d: '400.00000000',
  best_bid: '64000.00',
  best_bid_size: '1.5',
  best_ask: '64000.10',
  best_ask_size: '0.25',
  side: 'buy',
  time: AT,
  trade_id: tradeId,
  last_size: '0.5',
  ...changes,
});

export const heartbeat = (lastTradeId: number, changes: Changes = {}): Record<string, unknown> => ({
  type: 'heartbeat',
  last_trade_id: lastTradeId,
  product_id: BTC,
  sequence: 9,
  time: AT,
  ...changes,
});
