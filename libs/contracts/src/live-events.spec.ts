import { decodeLiveEvent, encodeLiveEvent } from './live-events.js';
import type { LiveEvent } from './live-events.js';

const trade: LiveEvent = {
  type: 'live.trade',
  data: {
    product_id: 'BTC-USD',
    trade_id: 7,
    side: 'buy',
    price: '42000.5',
    size: '0.01',
    traded_at: '2023-12-01T00:00:00.089Z',
    told_by: 'feed',
    received_at: '2023-12-01T00:00:00.101Z',
  },
};
const candle: LiveEvent = {
  type: 'live.candle',
  data: {
    product_id: 'BTC-USD',
    granularity: 60,
    started_at: '2023-12-01T00:00:00Z',
    open: '1',
    high: '2',
    low: '1',
    close: '2',
    volume: '0.5',
    answered_at: '2023-12-01T00:00:30Z',
  },
};

const asRecord = (event: LiveEvent): { value: Uint8Array; headers: Record<string, string> } => {
  const { value, headers } = encodeLiveEvent(event, 'collector');
  return { value: Buffer.from(value), headers };
};

it.each([trade, candle])('comes out as it went in: $type', (event) => {
  expect(decodeLiveEvent(asRecord(event))).toEqual({ kind: 'ok', value: event });
});

it('gives the same trade the same id, whoever tells it and whenever', () => {
  const again: LiveEvent = { ...trade, data: { ...trade.data, told_by: 'rest', received_at: '2023-12-01T00:00:09.000Z' } };
  const id = (event: LiveEvent): string => encodeLiveEvent(event, 'collector').headers['ce_id']!;
  expect(id(again)).toBe(id(trade));
  expect(id(trade)).toBe('live.trade:BTC-USD:7');
});

it('gives each telling of an open candle an id of its own', () => {
  expect(encodeLiveEvent(candle, 'collector').headers['ce_id']).toBe('live.candle:BTC-USD:60:2023-12-01T00:00:00Z:2023-12-01T00:00:30Z');
});

it('is in the topic of its kind, under its product', () => {
  expect(encodeLiveEvent(trade, 'collector')).toMatchObject({
    topic: { name: 'elias.live.trades.v1' },
    key: 'BTC-USD',
    partitionBy: 'BTC-USD',
  });
  expect(encodeLiveEvent(candle, 'collector').topic.name).toBe('elias.live.candles.v1');
});

it.each([
  ['unknown-type', { value: Buffer.from('{}'), headers: { ce_type: 'live.quote' } }],
  ['not-json', { ...asRecord(trade), value: Buffer.from('{') }],
  ['not-json', { ...asRecord(trade), value: Buffer.from([0xff]) }],
  ['wrong-shape', { ...asRecord(trade), value: Buffer.from(JSON.stringify({ ...trade.data, price: '1e3' })) }],
  ['wrong-shape', { ...asRecord(trade), value: Buffer.from(JSON.stringify({ ...trade.data, side: 'maker' })) }],
  ['not-json', { ...asRecord(candle), value: null }],
] as const)('refuses what is none: %s', (reason, record) => {
  const outcome = decodeLiveEvent(record);
  expect(outcome.kind === 'dead-letter' ? outcome.reason : outcome.kind).toBe(reason);
});
