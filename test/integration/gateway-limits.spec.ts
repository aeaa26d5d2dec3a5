import { jest } from '@jest/globals';
import { placeRecord } from '@elias/kafka';
import { GatewayClient, StreamClient } from '../support/gateway-client.js';
import { GatewayScene, numbersTo, ownProduct } from '../support/gateway-scene.js';
import { madeTelling } from '../support/made-telling.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';

jest.setTimeout(60_000);

const TOKEN = 'a-token-of-enough-length';
const ALLOWED = { authorization: `Bearer ${TOKEN}` };
const scene = new GatewayScene(testStack().kafka.brokers);
let gateway: ServiceProcess;

beforeAll(async () => {
  await scene.feed.open();
  gateway = await scene.start({
    GATEWAY_TOKEN: TOKEN,
    GATEWAY_CLIENTS_MAX: '6',
    GATEWAY_SUBSCRIPTIONS_MAX: '4',
    GATEWAY_MESSAGE_BYTES_MAX: '2000',
    GATEWAY_CLIENT_BUFFER_BYTES: '131072',
    GATEWAY_CLIENT_STALL_MS: '700',
    GATEWAY_PING_MS: '1500',
  });
});
afterAll(() => scene.close());

it('lets in nobody without the token; probes need none', async () => {
  const url = await gateway.url();
  await expect(GatewayClient.to(url)).rejects.toThrow('HTTP 401');
  await expect(GatewayClient.to(url, { authorization: `Bearer ${TOKEN}x` })).rejects.toThrow('HTTP 401');
  const stream = `${url}/stream?products=BTC-USD&types=live.trade`;
  const answer = await fetch(stream);
  expect([answer.status, answer.headers.get('www-authenticate'), ((await answer.json()) as { title: string }).title]).toEqual([
    401,
    'Bearer',
    'Unauthorized',
  ]);
  expect((await gateway.get('/health/live')).status).toBe(200);
  expect((await fetch(`${stream}&granularity=60`, { headers: ALLOWED })).status).toBe(400);
  await expect(GatewayClient.to(url, { ...ALLOWED, origin: 'https://example.org' })).rejects.toThrow('HTTP 403');
});

it('tells what is wrong with a message, and shows the door after five in a row', async () => {
  const client = await scene.client(gateway, ALLOWED);
  const answered = (count: number) => client.until(() => client.messages.length === count, `${count} answers`);
  for (const bad of ['{', '[]', '{"type":"hello"}', '{"type":"subscribe","products":["BTC-USD"],"types":["live.quote"]}']) client.say(bad);
  await answered(4);
  expect(client.messages.map(({ type, code }) => `${type} ${code}`)).toEqual(Array(4).fill('error bad-message'));
  expect(await client.subscribe([ownProduct()], ['live.trade'])).toMatchObject({ type: 'subscribed' });
  for (let i = 0; i < 5; i += 1) client.say('?');
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'too-many-bad-messages' });
  expect(await gateway.metric('elias_gateway_cut_clients_total{reason="too-many-bad-messages"}')).toBe(1);
});

it('bounds subscriptions, messages and clients', async () => {
  const client = await scene.client(gateway, ALLOWED);
  const [one, two] = [ownProduct(), ownProduct()];
  expect(await client.subscribe([one], ['live.trade', 'live.ticker'])).toMatchObject({ type: 'subscribed' });
  expect(await client.subscribe([one, two], ['live.trade'])).toMatchObject({ code: 'already-subscribed' });
  expect(await client.subscribe(['*'], ['live.ticker'])).toMatchObject({ code: 'already-subscribed' });
  expect(await client.subscribe([two, ownProduct(), ownProduct()], ['live.trade'])).toMatchObject({ code: 'too-many-subscriptions' });
  expect(await client.subscribe([two], ['live.trade', 'live.candle'])).toMatchObject({ type: 'subscribed' });
  client.say({ type: 'unsubscribe', products: ['BTC-USD'], types: ['live.trade'] });
  await client.until(() => client.messages.at(-1)?.code === 'not-subscribed', 'a refusal');
  client.say('x'.repeat(3_000));
  expect(await client.closed).toMatchObject({ code: 1009 });
  await until(
    async () => (await gateway.metric('elias_gateway_clients')) === 0,
    5_000,
    () => 'clients are still counted',
  );
  const many = await Promise.all(Array.from({ length: 6 }, () => scene.client(gateway, ALLOWED)));
  await expect(scene.client(gateway, ALLOWED)).rejects.toThrow('HTTP 503');
  const refused = await fetch(`${await gateway.url()}/stream?products=BTC-USD&types=live.trade`, { headers: ALLOWED });
  expect(refused.status).toBe(503);
  for (const one of many) one.close();
  await until(
    async () => (await gateway.metric('elias_gateway_clients')) === 0,
    5_000,
    () => 'clients are still counted',
  );
});

it('tells and cuts clients that do not read, over WebSocket and on the stream; the others do not notice', async () => {
  const product = ownProduct();
  // candles of sixty days are some 30 MB of events, more than sockets of the system hold
  const minutes = Array.from({ length: 1_440 }, (_, i) => i);
  const days = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10));
  const windows = days.map((day) => placeRecord(madeTelling({ productId: product, telling: `${product} ${day}`, day, minutes }).record));
  const [slow, quick] = [await scene.client(gateway, ALLOWED), await scene.client(gateway, ALLOWED)];
  for (const client of [slow, quick]) await client.subscribe([product], ['live.trade', 'market.candle']);
  const stalled = await fetch(`${await gateway.url()}/stream?products=${product}&types=market.candle`, { headers: ALLOWED });
  slow.socket.pause();
  await scene.feed.client.producer().send(windows);
  await scene.publishTrades(product, { count: 500 });
  await quick.until(() => quick.events.length === 60 * 1_440 + 500, 'everything', 90_000);
  expect(quick.ids(product).filter((id) => !Number.isNaN(id))).toEqual(numbersTo(500));
  await until(
    async () => (await gateway.metric('elias_gateway_cut_clients_total{reason="too-slow"}')) === 2,
    20_000,
    () => 'the slow clients are not cut',
  );
  slow.socket.resume();
  expect((await slow.closed).code).toBeGreaterThan(1000);
  expect(slow.events.length).toBeLessThan(60 * 1_440);
  expect(await stalled.text().catch(() => 'cut')).not.toContain('2022-03-01T23:59:00Z');
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
  quick.close();
});

it('ends a client that gives no sign of life', async () => {
  const client = await GatewayClient.to(await gateway.url(), ALLOWED);
  const silent = await scene.client(gateway, ALLOWED);
  silent.socket.pause();
  await until(
    async () => (await gateway.metric('elias_gateway_clients')) === 2,
    10_000,
    () => 'clients of before are still counted',
  );
  await until(
    async () => (await gateway.metric('elias_gateway_clients')) === 1,
    10_000,
    () => 'the silent client is kept',
  );
  expect(client.socket.readyState).toBe(client.socket.OPEN);
  client.close();
});

it('ends with everybody told: WebSockets by 1001, streams by their end', async () => {
  const client = await scene.client(gateway, ALLOWED);
  const stream = await StreamClient.to(await gateway.url(), `products=${ownProduct()}&types=live.trade`, ALLOWED);
  await client.subscribe([ownProduct()], ['live.trade'], 'earliest');
  gateway.kill('SIGTERM');
  expect(await client.closed).toMatchObject({ code: 1001 });
  await stream.ended;
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
});
