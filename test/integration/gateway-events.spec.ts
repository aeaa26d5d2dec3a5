import { jest } from '@jest/globals';
import { placeRecord } from '@elias/kafka';
import { GatewayScene, numbersTo, ownProduct } from '../support/gateway-scene.js';
import { StreamClient } from '../support/gateway-client.js';
import { madeLiveCandle, madeTicker, madeTrade } from '../support/made-live-events.js';
import { madeTelling } from '../support/made-telling.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';

jest.setTimeout(60_000);

/** So small a ring that whoever begins a moment ago has to be read for from Kafka. */
const SMALL_RING = { GATEWAY_RING_BYTES: '65536' };
const scene = new GatewayScene(testStack().kafka.brokers);
let gateway: ServiceProcess;

beforeAll(async () => {
  await scene.feed.open();
  gateway = await scene.start(SMALL_RING);
});
afterAll(() => scene.close());

it('tells what is asked for and nothing else, each with its place in Kafka', async () => {
  const [product, other] = [ownProduct(), ownProduct()];
  const client = await scene.client(gateway);
  expect(await client.subscribe([product], ['live.trade', 'live.ticker', 'live.candle'])).toMatchObject({ type: 'subscribed' });
  const events = [
    madeTrade(product, 1),
    madeTrade(other, 7),
    madeTicker(product, 1),
    madeLiveCandle(product, '2024-01-01T00:00:00Z', '2024-01-01T00:00:09Z'),
  ];
  await scene.feed.publishBroken(madeTrade(product, 99), '{"trade_id":');
  const positions = await scene.feed.publish(events);
  await client.until(() => client.events.length === 3, 'three events');
  const byType = Object.fromEntries(client.events.map(({ type, data, position }) => [type, { data, position }]));
  for (const i of [0, 2, 3]) expect(byType[events[i]!.type]).toEqual({ data: events[i]!.data, position: positions[i] });
  expect(client.events[0]!.ce_id).toContain(product);
  client.say({ type: 'unsubscribe', products: [product], types: ['live.trade', 'live.ticker'] });
  await client.until(() => client.messages.at(-1)?.type === 'unsubscribed', 'an answer');
  await scene.feed.publish([madeTrade(product, 2), madeLiveCandle(product, '2024-01-01T00:01:00Z', '2024-01-01T00:01:09Z')]);
  await client.until(() => client.events.length === 4, 'the candle');
  expect(client.events[3]!.type).toBe('live.candle');
});

it('begins in the past and runs on into live, without hole or double, while it goes on', async () => {
  const product = ownProduct();
  const begin = new Date().toISOString();
  await scene.publishTrades(product, { count: 3_000, atOnce: 250 });
  const going = scene.publishTrades(product, { from: 3_001, count: 5_000, atOnce: 25 });
  const from = await Promise.all([1, 2, 3].map(() => scene.client(gateway)));
  for (const client of from.slice(0, 2)) await client.subscribe([product], ['live.trade'], begin);
  await from[2]!.subscribe([product, ownProduct()], ['live.trade', 'live.ticker'], 'earliest');
  await going;
  for (const client of from) {
    await client.until(() => client.ids(product).length >= 8_000, 'all trades');
    expect(client.ids(product)).toEqual(numbersTo(8_000));
  }
});

it('goes on after positions, on another gateway too, whether they are kept or have to be read', async () => {
  const product = ownProduct();
  const first = await scene.client(gateway);
  const { positions } = await first.subscribe([product], ['live.trade']);
  await scene.publishTrades(product, { count: 400, atOnce: 40 });
  await first.until(() => first.events.length >= 150, 'some trades');
  first.close();
  const told = first.ids(product);
  const after = first.positions;
  await scene.publishTrades(product, { from: 401, count: 2_000 });
  const elsewhere = await scene.start();
  const [second, third] = [await scene.client(elsewhere), await scene.client(gateway)];
  await second.subscribe([product], ['live.trade'], { after });
  // from before the first event
  await third.subscribe([product], ['live.trade'], { after: positions });
  await scene.publishTrades(product, { from: 2_401, count: 100 });
  await second.until(() => second.ids(product).at(-1) === 2_500, 'the rest');
  expect([...told, ...second.ids(product)]).toEqual(numbersTo(2_500));
  await third.until(() => third.ids(product).at(-1) === 2_500, 'all');
  expect(third.ids(product)).toEqual(numbersTo(2_500));
});

it('tells the same as an event stream, which goes on by Last-Event-ID', async () => {
  const product = ownProduct();
  const url = await gateway.url();
  const query = `products=${product},${ownProduct()}&types=live.trade,live.ticker`;
  const first = await StreamClient.to(url, query);
  expect(first.response.headers.get('content-type')).toBe('text/event-stream');
  await until(
    () => first.events.length === 1,
    10_000,
    () => 'no answer',
  );
  expect(first.events[0]!.type).toBe('subscribed');
  await scene.publishTrades(product, { count: 300, atOnce: 30 });
  await until(
    () => first.ids().length >= 100,
    10_000,
    () => 'no events',
  );
  first.close();
  await first.ended;
  const told = first.ids();
  await scene.publishTrades(product, { from: 301, count: 700 });
  const second = await StreamClient.to(url, query, { 'last-event-id': first.lastId });
  await until(
    () => second.ids().at(-1) === 1_000,
    20_000,
    () => `${second.ids().length} events of the rest`,
  );
  expect([...told, ...second.ids()]).toEqual(numbersTo(1_000));
  second.close();
});

describe('settled windows, candle by candle', () => {
  const minutes = Array.from({ length: 600 }, (_, i) => i * 2);

  it('are told with origin and revision, and go on in the middle of a window', async () => {
    const product = ownProduct();
    const begin = new Date().toISOString();
    const telling = madeTelling({ productId: product, telling: product, minutes });
    await scene.feed.client.producer().send([placeRecord(telling.record), { ...placeRecord(telling.record), value: null }]);
    const client = await scene.client(gateway);
    await client.subscribe([product], ['market.candle'], begin);
    await client.until(() => client.events.length === 600, 'the candles');
    const [, , startedAt, open, , , , volume] = telling.csv.toString().split('\n')[11]!.split(',');
    const { data, ce_id, position } = client.events[10]!;
    const { facts } = telling;
    expect(data).toMatchObject({ product_id: product, granularity: 60, started_at: startedAt, open, volume, origin: 'scheduled' });
    expect(data['revision']).toMatchObject({ collection_id: facts.revision.collectionId, collected_at: '2023-12-02T00:15:00Z' });
    expect(data['window_id']).toBe(`candles/60/${product}/2023-12-01`);
    expect(ce_id).toBe(`market.candle:${product}:60:${startedAt}:${facts.revision.collectionId}`);
    expect(position).toMatchObject({ topic: 'elias.windows.candles.v1', row: 10 });
    const later = await scene.client(gateway);
    await later.subscribe([product], ['market.candle'], { after: [position] });
    await later.until(() => later.events.length === 589, 'the rest of the window');
    expect(later.events).toEqual(client.events.slice(11));
  });
});
