import { encodeLiveEvent } from '@elias/contracts';
import type { LiveEvent } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { takeLiveRecords } from './live-rows.js';

const KEPT_FROM_MS = Date.parse('2023-12-01T00:00:00Z');
const told = { side: 'buy', price: '42000.5' } as const;
const at = '2023-12-01T00:00:01.000Z';

const trade = (trade_id: number, told_by: 'feed' | 'rest' = 'feed', traded_at = at): LiveEvent => ({
  type: 'live.trade',
  data: { product_id: 'BTC-USD', trade_id, ...told, size: '0.1', traded_at, told_by, received_at: at },
});
const ticker = (product_id: string, trade_id: number, received_at = at): LiveEvent => {
  const unknown = { best_bid: null, best_bid_size: null, best_ask: null, best_ask_size: null, volume_24h: null, volume_30d: null };
  const day = { open_24h: null, low_24h: null, high_24h: null };
  const data = { product_id, trade_id, ...told, last_size: '0.1', ...unknown, ...day, traded_at: at, received_at };
  return { type: 'live.ticker', data };
};
const candle = (close: string, answered_at: string, started_at = '2023-12-01T00:00:00Z'): LiveEvent => {
  const prices = { open: '1', high: '2', low: '1', close, volume: '3' };
  return { type: 'live.candle', data: { product_id: 'BTC-USD', granularity: 60, started_at, ...prices, answered_at } };
};

let offset = 0;
function record(event: LiveEvent, change: Partial<ConsumedRecord> = {}): ConsumedRecord {
  const { topic, key, value, headers } = encodeLiveEvent(event, 'test');
  offset += 1;
  const place = { topic: topic.name, partition: 0, offset: String(offset), timestampMs: 0 };
  return { ...place, key, value: Buffer.from(value), headers: { ...headers }, ...change };
}

const take = (events: readonly LiveEvent[]) =>
  takeLiveRecords(
    events.map((event) => record(event)),
    KEPT_FROM_MS,
  );

it('takes each trade once, as it was told first', () => {
  const { rows } = take([trade(7), trade(8), trade(7, 'rest')]);
  expect(rows.trades.map(({ data }) => [data.trade_id, data.told_by])).toEqual([
    [7, 'feed'],
    [8, 'feed'],
  ]);
  expect(rows.tickers).toEqual([]);
});

it('keeps the last ticker of a product by its trade, then by when it came, in any order', () => {
  const { rows } = take([
    ticker('ETH-USD', 5),
    ticker('BTC-USD', 9),
    ticker('BTC-USD', 8),
    ticker('BTC-USD', 9, '2023-12-01T00:00:02.000Z'),
  ]);
  expect(rows.tickers.map(({ data }) => [data.product_id, data.trade_id, data.received_at])).toEqual([
    ['BTC-USD', 9, '2023-12-01T00:00:02.000Z'],
    ['ETH-USD', 5, at],
  ]);
});

it('keeps the last telling of a candle by the exchange’s clock; of two of one second the later one', () => {
  const { rows } = take([
    candle('3', '2023-12-01T00:00:09Z'),
    candle('2', '2023-12-01T00:00:08Z'),
    candle('4', '2023-12-01T00:00:09Z'),
    candle('5', '2023-12-01T00:01:09Z', '2023-12-01T00:01:00Z'),
  ]);
  expect(rows.candles.map(({ data }) => data.close)).toEqual(['4', '5']);
});

it('passes over what is older than the tables keep, but never a ticker', () => {
  const old = '2023-11-30T23:59:59.999Z';
  const { rows, expired } = take([
    trade(1, 'feed', old),
    candle('1', '2023-12-01T00:00:00Z', '2023-11-30T23:59:00Z'),
    ticker('BTC-USD', 1, old),
  ]);
  expect(expired).toBe(2);
  expect([rows.trades.length, rows.candles.length, rows.tickers.length]).toEqual([0, 0, 1]);
});

it('refuses a record that is no live event, and takes the others', () => {
  const wrong = record(trade(2), { value: Buffer.from('{"trade_id":') });
  const { rows, refused } = takeLiveRecords([record(trade(1)), wrong, record(trade(3))], KEPT_FROM_MS);
  expect(refused).toMatchObject([{ record: wrong, reason: 'not-json' }]);
  expect(rows.trades.map(({ data }) => data.trade_id)).toEqual([1, 3]);
});
