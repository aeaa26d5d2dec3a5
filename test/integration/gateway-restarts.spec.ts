import { jest } from '@jest/globals';
import type { Position } from '@elias/contracts';
import { GatewayScene, numbersTo, ownProduct } from '../support/gateway-scene.js';
import { StreamClient } from '../support/gateway-client.js';
import { until } from '../support/service-process.js';
import { OwnBroker } from './kafka-own-broker.js';

jest.setTimeout(120_000);

let broker: OwnBroker;
let scene: GatewayScene;
beforeAll(async () => {
  broker = await OwnBroker.create();
  scene = new GatewayScene(broker.brokers);
  await scene.feed.open();
}, 120_000);
afterEach(() => scene.end());
afterAll(async () => {
  await scene.close();
  await broker.remove();
}, 60_000);

it('killed in the middle of the stream: clients go on where they were, on the next gateway', async () => {
  const product = ownProduct();
  const going = scene.publishTrades(product, { count: 12_000, atOnce: 5 });
  const told: number[][] = [[], []];
  let after: Position[] | undefined;
  let lastId = '';
  for (const enough of [500, 3_000, 12_000]) {
    const gateway = await scene.start({ GATEWAY_RING_BYTES: '200000' });
    const client = await scene.client(gateway);
    await client.subscribe([product], ['live.trade'], after === undefined ? 'earliest' : { after });
    const from = lastId === '' ? '&from=earliest' : '';
    const query = `products=${product}&types=live.trade${from}`;
    const stream = await StreamClient.to(await gateway.url(), query, lastId === '' ? {} : { 'last-event-id': lastId });
    await until(
      () => told[0]!.length + client.events.length >= enough && told[1]!.length + stream.ids().length >= enough,
      30_000,
      () => `${client.events.length} and ${stream.events.length} events before ${enough}\n${gateway.output}`,
    );
    gateway.kill('SIGKILL');
    await Promise.all([client.closed, stream.ended]);
    told[0]!.push(...client.ids(product));
    told[1]!.push(...stream.ids());
    after = client.positions;
    lastId = stream.lastId;
  }
  await going;
  for (const ids of told) expect(ids).toEqual(numbersTo(12_000));
});

it('Kafka away and back: clients stay, and are told everything once', async () => {
  const product = ownProduct();
  const gateway = await scene.start();
  const [client, late] = [await scene.client(gateway), await scene.client(gateway)];
  await client.subscribe([product], ['live.trade']);
  await scene.publishTrades(product, { count: 100 });
  await client.until(() => client.ids(product).length === 100, 'the first trades');
  await broker.kill();
  late.say({ type: 'subscribe', products: [product], types: ['live.trade'], from: 'earliest' });
  expect((await gateway.get('/health/live')).status).toBe(200);
  await broker.start();
  await scene.publishTrades(product, { from: 101, count: 100 });
  for (const one of [client, late]) {
    await one.until(() => one.ids(product).length >= 200, 'the trades after the break', 60_000);
    expect(one.ids(product)).toEqual(numbersTo(200));
  }
  await gateway.ready();
});
