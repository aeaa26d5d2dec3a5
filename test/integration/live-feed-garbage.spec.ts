import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { LiveScene } from '../support/live-scene.js';
import { until } from '../support/service-process.js';

let scene: LiveScene;
const feed = new WebSocketServer({ host: '127.0.0.1', port: 0 });
const sockets: WebSocket[] = [];

beforeAll(async () => {
  if (feed.address() === null) await once(feed, 'listening');
  scene = await LiveScene.open();
}, 120_000);
afterAll(async () => {
  await scene?.close();
  for (const socket of sockets) socket.terminate();
  await new Promise((resolve) => feed.close(resolve));
});

const match = (productId: string, tradeId: number, values: object = {}): object => ({
  ...{
    type: 'match',
    trade_id: tradeId,
    maker_order_id: 'm',
    taker_order_id: 't',
    side: 'sell',
    size: '0.5',
    price: '10',
    sequence: tradeId,
  },
  ...{ product_id: productId, time: '2023-12-01T00:00:00.000001Z' },
  ...values,
});

it('what nobody understands is counted and put aside with its text, and the stream goes on', async () => {
  const productId = scene.products[0]!;
  const asked = once(feed, 'connection') as Promise<[WebSocket]>;
  const collector = await scene.start({
    EXCHANGE_FEED_URL: `ws://127.0.0.1:${(feed.address() as AddressInfo).port}`,
    COLLECTOR_LIVE_PRODUCTS: productId,
  });
  const [socket] = await asked;
  sockets.push(socket);
  const [text] = (await once(socket, 'message')) as [Buffer];
  const { channels } = JSON.parse(text.toString()) as { channels: string[] };
  const say = (message: object | string): void => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  say({ type: 'subscriptions', channels: channels.map((name) => ({ name, product_ids: [productId] })) });
  say(match(productId, 1));
  const bad = [
    ['not-json', '{"type":"match"'],
    ['unknown-type', JSON.stringify({ type: 'quote', product_id: productId })],
    ['impossible-price', JSON.stringify(match(productId, 2, { price: '-1' }))],
    ['impossible-size', JSON.stringify(match(productId, 2, { size: '1e400' }))],
    ['product-not-asked-for', JSON.stringify(match('OTHER-USD', 2))],
  ] as const;
  for (const [, message] of bad) say(message);
  say(match(productId, 2));
  await until(
    () => scene.ids(productId).length === 2 && scene.deadLetters.length === bad.length,
    30_000,
    () => `${scene.ids(productId).length} trades, ${scene.deadLetters.length} letters\n${collector.output}`,
  );
  const letters = scene.deadLetters.map(({ headers, value }) => [headers['elias_dlq_reason'], String(value)]);
  expect(letters.sort()).toEqual([...bad].map((each) => [...each]).sort());
  await until(
    async () => (await collector.metric('elias_collector_feed_refused_total{reason="not_json"}')) === 1,
    10_000,
    () => 'it is not counted',
  );
}, 120_000);
