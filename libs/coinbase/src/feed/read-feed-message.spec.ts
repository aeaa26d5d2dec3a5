import { readTrades } from '../trades.js';
import { readFeedMessage, REFUSED_TEXT_MAX } from './read-feed-message.js';
import { BTC, heartbeat, match, ticker } from './test-messages.js';

const read = (told: unknown): ReturnType<typeof readFeedMessage> => readFeedMessage(JSON.stringify(told), (id) => id === BTC);
const TRADED_AT_MS = Date.UTC(2024, 4, 6, 7, 8, 9, 123);
const TRADE = { tradeId: 7, tradedAtMs: TRADED_AT_MS, side: 'buy', price: '64000.1', size: '0.5' };

it("a match has canonical values and the taker's side", () => {
  expect(read(match(7))).toEqual({ type: 'trade', productId: BTC, trade: TRADE, beforeSubscribing: false });
  expect(read(match(7, { side: 'buy' }))).toMatchObject({ trade: { side: 'sell' } });
});

it('a last match is a trade from before', () => {
  expect(read(match(7, { type: 'last_match' }))).toEqual({ type: 'trade', productId: BTC, trade: TRADE, beforeSubscribing: true });
});

it('the same trade by REST is the same', () => {
  const byRest = [{ trade_id: 7, side: 'sell', size: '0.50000000', price: '64000.10000000', time: '2024-05-06T07:08:09.123Z' }];
  const byFeed = read(match(7, { size: '0.5', price: '64000.1' }));
  expect(readTrades(byRest)).toEqual([TRADE]);
  expect(byFeed).toMatchObject({ trade: TRADE });
});

it("a ticker's side is the taker's as it comes", () => {
  expect(read(ticker(7))).toEqual({
    type: 'ticker',
    productId: BTC,
    ticker: {
      ...{ tradeId: 7, tradedAtMs: TRADED_AT_MS, side: 'buy', price: '64000.1', lastSize: '0.5' },
      ...{ bestBid: '64000', bestBidSize: '1.5', bestAsk: '64000.1', bestAskSize: '0.25' },
      ...{ open24h: '63000', low24h: '62000', high24h: '65000.5', volume24h: '12.5', volume30d: '400' },
    },
  });
});

it('what a ticker leaves out is not known', () => {
  const told = read(ticker(7, { best_bid_size: undefined, best_ask_size: '', best_bid: '0' }));
  expect(told).toMatchObject({ ticker: { bestBidSize: null, bestAskSize: null, bestBid: '0', bestAsk: '64000.1' } });
});

it('a heartbeat', () => {
  expect(read(heartbeat(7))).toEqual({ type: 'heartbeat', productId: BTC, lastTradeId: 7, sentAtMs: TRADED_AT_MS });
});

it('subscriptions by channel, and an error in its words', () => {
  const channels = [{ name: 'ticker', product_ids: [BTC] }, { name: 'status' }];
  expect(read({ type: 'subscriptions', channels })).toEqual({
    type: 'subscriptions',
    channels: new Map([
      ['ticker', new Set([BTC])],
      ['status', new Set()],
    ]),
  });
  const reason = 'X-USD is not a valid product';
  expect(read({ type: 'error', message: 'Failed to subscribe', reason })).toEqual({
    type: 'error',
    message: 'Failed to subscribe',
    reason,
  });
  expect(read({ type: 'error' })).toEqual({ type: 'error', message: '', reason: '' });
});

it.each([
  ['unknown_type', { type: 'l2update', product_id: BTC }],
  ['unknown_type', {}],
  ['wrong_shape', []],
  ['wrong_shape', null],
  ['wrong_shape', 7],
  ['wrong_shape', { type: 'subscriptions' }],
  ['wrong_shape', { type: 'subscriptions', channels: [7] }],
  ['wrong_shape', { type: 'subscriptions', channels: [{ name: 'ticker', product_ids: [7] }] }],
  ['wrong_shape', match(7, { product_id: 7 })],
  ['product_not_asked_for', match(7, { product_id: 'ETH-USD' })],
  ['product_not_asked_for', heartbeat(7, { product_id: '__proto__' })],
  ['impossible_trade_id', match(-1)],
  ['impossible_trade_id', match(2 ** 53)],
  ['impossible_trade_id', ticker(1.5)],
  ['impossible_trade_id', heartbeat(7, { last_trade_id: '7' })],
  ['wrong_time', match(7, { time: '2024-02-30T00:00:00.000000Z' })],
  ['wrong_time', ticker(7, { time: 1_714_979_289 })],
  ['wrong_time', heartbeat(7, { time: 'now' })],
  ['impossible_side', match(7, { side: 'both' })],
  ['impossible_side', ticker(7, { side: undefined })],
  ['impossible_price', match(7, { price: '0.00' })],
  ['impossible_price', match(7, { price: '-1' })],
  ['impossible_price', match(7, { price: 64_000 })],
  ['impossible_price', match(7, { price: '1e30' })],
  ['impossible_price', ticker(7, { best_bid: '-1' })],
  ['impossible_price', ticker(7, { price: '' })],
  ['impossible_size', match(7, { size: '0' })],
  ['impossible_size', match(7, { size: '0.00000000001' })],
  ['impossible_size', ticker(7, { last_size: 'NaN' })],
  ['impossible_size', ticker(7, { volume_24h: 12 })],
])('%s: %j', (reason, told) => {
  expect(read(told)).toEqual({ type: 'refused', reason, text: JSON.stringify(told) });
});

it.each(['', '{', 'hello', '{"type":"match"', '\u0000'])('%j is no JSON', (text) => {
  expect(readFeedMessage(text, () => true)).toEqual({ type: 'refused', reason: 'not_json', text });
});

it('of a refused text the beginning is kept', () => {
  const refused = readFeedMessage('x'.repeat(REFUSED_TEXT_MAX + 5), () => true);
  expect(refused).toEqual({ type: 'refused', reason: 'not_json', text: 'x'.repeat(REFUSED_TEXT_MAX) });
});
