import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { httpAdapter, Metrics, Readiness } from '@elias/telemetry';
import { RateLimit } from '../control/rate-limit.js';
import { ExchangeSimulatorModule } from '../exchange-simulator.module.js';
import { marketOf } from '../load-market.js';
import { SimulatorClock } from '../simulator-clock.js';
import { WAITING_TRADES_MAX } from './trade-stream.js';

type Message = Record<string, unknown> & { type: string };

/** Half a minute before a minute ends, so that a minute's boundary is soon passed. */
const START_MS = Date.parse('2023-12-01T12:00:30.000Z');

let elapsedMs = 0;
/** what stalls and message rates go by */
let wallMs = 0;
let app: NestFastifyApplication;
let port = 0;
const clients: Client[] = [];

class Client {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  closed: { code: number } | null = null;

  constructor() {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as Message));
    this.socket.on('close', (code) => (this.closed = { code }));
    this.socket.on('error', () => undefined);
    clients.push(this);
  }

  static async open(): Promise<Client> {
    const client = new Client();
    await once(client.socket, 'open');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Sends an order and waits for its answer. */
  async ask(message: unknown): Promise<Message> {
    const before = this.of('subscriptions', 'error').length;
    this.send(message);
    await until(() => this.of('subscriptions', 'error').length > before);
    return this.of('subscriptions', 'error').at(-1) ?? { type: 'none' };
  }

  of(...types: string[]): Message[] {
    return this.messages.filter(({ type }) => types.includes(type));
  }

  ids(type = 'match'): number[] {
    return this.of(type).map((message) => message['trade_id'] as number);
  }
}

async function until(holds: () => boolean, withinMs = 5_000): Promise<void> {
  for (const began = performance.now(); !holds();) {
    if (performance.now() - began > withinMs) throw new Error('waited in vain');
    await pause(5);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Passes simulated time in steps, each long enough for the feed to see it. */
async function pass(ms: number, stepMs = 5_000): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    elapsedMs += Math.min(stepMs, ms - passedMs);
    await pause(25);
  }
}

async function rest(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
  const headers = { 'user-agent': 'test', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

const fault = (order: object): Promise<unknown> => rest('/_simulator/feed-faults', order);
const hits = async (): Promise<number[]> => ((await rest('/_simulator/feed-faults')) as { hit: number }[]).map(({ hit }) => hit);
const matchesOf = async (productId: string): Promise<Record<string, number>> =>
  ((await rest('/_simulator/feed')) as { matches: Record<string, Record<string, number>> }).matches[productId] ?? {};
const subscribe = (channels: unknown[], ...productIds: string[]): object => ({ type: 'subscribe', product_ids: productIds, channels });
/** 100 trades a second, so that each match is at a known instant. */
const load = (productId: string, perSecond = 100): Promise<unknown> =>
  rest('/_simulator/feed-load', { product_id: productId, per_second: perSecond });

beforeEach(async () => {
  elapsedMs = 0;
  wallMs = 0;
  const market = marketOf({ seed: 'elias', recordings: null, archives: new Map(), furtherProductIds: [] });
  const parts = {
    market,
    clock: new SimulatorClock(START_MS, () => elapsedMs),
    limit: new RateLimit({ enabled: false, perSecond: 10, burst: 15 }),
    recordings: new Map<string, never>(),
    feedOptions: { subscribeWithinMs: 1_000, waitingBytesMax: 1_048_576, elapsedMs: () => wallMs },
    metrics: new Metrics(),
    readiness: new Readiness(),
  };
  app = await NestFactory.create<NestFastifyApplication>(ExchangeSimulatorModule.forRoot(parts), httpAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  port = (app.getHttpServer().address() as AddressInfo).port;
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await app.close();
});

it('tells the trades that REST has, over minutes, once each and in order', async () => {
  const client = await Client.open();
  await client.ask(subscribe(['matches', 'ticker'], 'BTC-USD'));
  await pass(180_000);
  const first = client.ids('last_match')[0] ?? 0;
  const page: Record<string, string | number>[] = [];
  for (let after = 10 ** 12; after > first; after = Number(page.at(-1)?.['trade_id'])) {
    page.push(...((await rest(`/products/BTC-USD/trades?after=${after}`)) as Record<string, string | number>[]));
  }
  await until(() => client.ids().at(-1) === page[0]?.['trade_id'] && client.ids('ticker').at(-1) === page[0]?.['trade_id']);

  const told = client.of('match');
  expect(told.length).toBeGreaterThan(50);
  expect(client.ids()).toEqual(told.map((_, index) => first + 1 + index));
  expect(client.ids('ticker')).toEqual([first, ...client.ids()]);
  const inRest = new Map(page.map((trade) => [trade['trade_id'], trade]));
  for (const match of told) {
    const trade = inRest.get(match['trade_id'] as number);
    expect([Number(match['price']), Number(match['size']), match['side']]).toEqual([
      Number(trade?.['price']),
      Number(trade?.['size']),
      trade?.['side'],
    ]);
    expect(Date.parse(`${String(match['time']).slice(0, 23)}Z`)).toBe(Date.parse(String(trade?.['time'])));
  }
  const minute = START_MS / 1_000 + 30;
  const [candle] = (await rest(`/products/BTC-USD/candles?granularity=60&start=${minute}&end=${minute}`)) as number[][];
  const within = told.filter(({ time }) => Math.floor(Date.parse(String(time)) / 60_000) * 60 === minute);
  expect(Number(within[0]?.['price'])).toBe(candle?.[3]);
  expect(Number(within.at(-1)?.['price'])).toBe(candle?.[4]);
  expect(within.reduce((sum, { size }) => sum + Number(size), 0)).toBeCloseTo(candle?.[5] ?? 0, 6);
  expect(await matchesOf('BTC-USD')).toMatchObject({ first_trade_id: first + 1, last_trade_id: client.ids().at(-1), count: told.length });
});

it('messages have the recorded fields in their order; a ticker’s side is the other one', async () => {
  const client = await Client.open();
  await client.ask(subscribe(['matches', 'ticker', 'heartbeat'], 'BTC-USD'));
  await pass(30_000);
  await until(() => client.of('match').length > 0 && client.of('heartbeat').length > 0);
  const [match, heartbeat] = [client.of('match')[0], client.of('heartbeat').at(-1)];
  await until(() => client.ids('ticker').includes(match?.['trade_id'] as number));
  const ticker = client.of('ticker').find((message) => message['trade_id'] === match?.['trade_id']);
  const fields = 'type,trade_id,maker_order_id,taker_order_id,side,size,price,product_id,sequence,time';
  expect(Object.keys(match ?? {}).join()).toBe(fields);
  expect(Object.keys(client.of('last_match')[0] ?? {}).join()).toBe(fields);
  expect(Object.keys(ticker ?? {}).join()).toBe(
    'type,sequence,product_id,price,open_24h,volume_24h,low_24h,high_24h,volume_30d,best_bid,best_bid_size,best_ask,best_ask_size,side,time,trade_id,last_size',
  );
  expect(Object.keys(heartbeat ?? {}).join()).toBe('type,last_trade_id,product_id,sequence,time');
  expect(match?.['time']).toMatch(/^2023-12-01T12:0\d:\d\d\.\d{6}Z$/);
  expect(match?.['maker_order_id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(match?.['maker_order_id']).not.toBe(match?.['taker_order_id']);
  expect([ticker?.['price'], ticker?.['last_size'], ticker?.['sequence'], ticker?.['time']]).toEqual([
    match?.['price'],
    match?.['size'],
    match?.['sequence'],
    match?.['time'],
  ]);
  expect([match?.['side'], ticker?.['side']].sort()).toEqual(['buy', 'sell']);
  expect(Number(ticker?.['low_24h'])).toBeLessThanOrEqual(Number(ticker?.['price']));
  expect(Number(ticker?.['high_24h'])).toBeGreaterThanOrEqual(Number(ticker?.['price']));
  expect(Number(ticker?.['volume_30d'])).toBeGreaterThan(Number(ticker?.['volume_24h']));
  expect(heartbeat?.['last_trade_id']).toBeGreaterThanOrEqual(client.ids('last_match')[0] ?? 0);
});

it('heartbeats come each second, with the last trade', async () => {
  const client = await Client.open();
  await load('BTC-USD', 10);
  await client.ask(subscribe(['heartbeat', 'matches'], 'BTC-USD'));
  await pass(5_000, 1_000);
  await until(() => client.of('heartbeat').length >= 5);
  const last = client.of('heartbeat').at(-1);
  expect(last?.['last_trade_id']).toBe(client.ids().at(-1));
  const seconds = client.of('heartbeat').map(({ time }) => Math.floor(Date.parse(String(time)) / 1_000));
  expect(seconds.slice(-5)).toEqual([31, 32, 33, 34, 35].map((second) => START_MS / 1_000 - 30 + second));
});

it('answers are cumulative, in both forms; the last match comes before the answer, the ticker after it', async () => {
  const client = await Client.open();
  const one = await client.ask(subscribe(['heartbeat', { name: 'matches', product_ids: ['ETH-USD'] }], 'BTC-USD'));
  expect(one['channels']).toEqual([
    { name: 'heartbeat', product_ids: ['BTC-USD'] },
    { name: 'matches', product_ids: ['ETH-USD'] },
  ]);
  expect(client.messages.filter(({ type }) => type !== 'heartbeat').map(({ type }) => type)).toEqual(['last_match', 'subscriptions']);
  const two = await client.ask({ type: 'subscribe', channels: [{ name: 'ticker', product_ids: ['BTC-USD', 'ETH-USD'] }] });
  expect((two['channels'] as unknown[]).length).toBe(3);
  await until(() => client.of('ticker').length === 2);
  const again = await client.ask(subscribe(['matches'], 'ETH-USD'));
  expect(again).toEqual(two);
  expect(client.of('last_match')).toHaveLength(1);
  const less = await client.ask({ type: 'unsubscribe', product_ids: ['BTC-USD'], channels: ['heartbeat', 'ticker'] });
  expect(less['channels']).toEqual([
    { name: 'ticker', product_ids: ['ETH-USD'] },
    { name: 'matches', product_ids: ['ETH-USD'] },
  ]);
  await client.ask({ type: 'unsubscribe', channels: ['ticker'] });
  const none = await client.ask({ type: 'unsubscribe', channels: ['matches'] });
  expect(none['channels']).toEqual([]);
});

it('one bad product spoils the whole order, and the connection stays', async () => {
  const client = await Client.open();
  expect(await client.ask(subscribe(['ticker', 'matches'], 'BTC-USD', 'NOPE-USD'))).toEqual({
    type: 'error',
    message: 'Failed to subscribe',
    reason: 'NOPE-USD is not a valid product',
  });
  const answer = await client.ask(subscribe(['heartbeat'], 'BTC-USD'));
  expect(answer['channels']).toEqual([{ name: 'heartbeat', product_ids: ['BTC-USD'] }]);
  expect(client.of('last_match', 'ticker')).toEqual([]);
});

it('closes what does not subscribe in time, and what is too long', async () => {
  const silent = await Client.open();
  const refused = await Client.open();
  await refused.ask(subscribe(['nothing'], 'BTC-USD'));
  const long = await Client.open();
  long.send('x'.repeat(70_000));
  await until(() => silent.closed !== null && refused.closed !== null && long.closed !== null);
  expect([silent.closed?.code, refused.closed?.code, long.closed?.code]).toEqual([1008, 1008, 1009]);
  expect(await rest('/_simulator/feed')).toMatchObject({ opened: 3, ended: { unsubscribed: 2 } });
});

it('limits messages, connections and subscriptions where limits are on', async () => {
  await rest('/_simulator/limit', { enabled: true });
  const flooding = await Client.open();
  for (let count = 0; count < 150; count += 1) flooding.send('{}');
  await until(() => flooding.closed !== null);
  expect(flooding.messages.at(-1)).toEqual({ type: 'error', message: 'Too many messages' });
  expect(flooding.messages).toHaveLength(101);

  const many = Array.from({ length: 12 }, () => new Client());
  await until(() => many.every(({ socket }) => socket.readyState !== WebSocket.CONNECTING));
  expect(many.filter(({ socket }) => socket.readyState === WebSocket.OPEN).length).toBeLessThanOrEqual(9);

  await rest('/_simulator/limit', { enabled: false });
  const ten = await Promise.all(Array.from({ length: 10 }, () => Client.open()));
  await Promise.all(ten.map((client) => client.ask(subscribe(['matches'], 'BTC-USD'))));
  await rest('/_simulator/limit', { enabled: true });
  await pause(300);
  const eleventh = await Client.open();
  expect(await eleventh.ask(subscribe(['matches'], 'BTC-USD'))).toMatchObject({
    type: 'error',
    reason: 'more than 10 subscriptions to matches of BTC-USD',
  });
  expect(await eleventh.ask(subscribe(['ticker'], 'BTC-USD'))).toMatchObject({ type: 'subscriptions' });
});

it('only / is the feed', async () => {
  const elsewhere = new WebSocket(`ws://127.0.0.1:${port}/feed`);
  const [error] = (await once(elsewhere, 'error')) as [Error];
  expect(error.message).toContain('404');
});

describe('faults', () => {
  let client: Client;
  let first: number;
  beforeEach(async () => {
    await load('BTC-USD');
    client = await Client.open();
    await client.ask(subscribe(['matches', 'heartbeat'], 'BTC-USD'));
    first = (client.ids('last_match')[0] ?? 0) + 1;
  });
  const told = (...offsets: number[]): number[] => offsets.map((offset) => first + offset);

  it('drop: the match is not told, the heartbeat is ahead', async () => {
    await fault({ kind: 'drop', every: 3 });
    await pass(40, 40);
    await until(() => client.ids().length === 3);
    expect(client.ids()).toEqual(told(0, 1, 3));
    expect(await matchesOf('BTC-USD')).toMatchObject({ count: 4, sent: 3, dropped: 1 });
    expect(await hits()).toEqual([1]);
  });

  it('double: the match is told twice', async () => {
    await fault({ kind: 'double', times: 2, match: '^BTC-' });
    await fault({ kind: 'double', times: null, match: '^ETH-' });
    await pass(30, 30);
    await until(() => client.ids().length === 5);
    expect(client.ids()).toEqual(told(0, 0, 1, 1, 2));
    expect(await hits()).toEqual([2, 0]);
  });

  it('reorder: the match comes after the next one, or within a second', async () => {
    await fault({ kind: 'reorder' });
    await pass(30, 30);
    await until(() => client.ids().length === 3);
    expect(client.ids()).toEqual(told(1, 0, 2));
    await fault({ kind: 'reorder' });
    await load('BTC-USD', 0.001);
    await pass(1_000_000, 1_000_000);
    await until(() => client.ids().length === 4);
    expect(client.ids().at(-1)).toBe(first + 3);
    expect(await matchesOf('BTC-USD')).toMatchObject({ reordered: 2, count: 4, sent: 4 });
  });

  it('stall: nothing is sent, not even a pong, and the socket stays open', async () => {
    await fault({ kind: 'stall', ms: 200 });
    let pongs = 0;
    client.socket.on('pong', () => (pongs += 1));
    await pass(2_000, 1_000);
    const before = client.messages.length;
    client.socket.ping();
    await pause(50);
    expect([client.messages.length, pongs, client.closed]).toEqual([before, 0, null]);
    wallMs += 200;
    client.socket.ping();
    await pass(10, 10);
    await until(() => client.ids().length > 0 && pongs === 1);
    expect(client.ids()).toEqual(told(200));
    const { connections } = (await rest('/_simulator/feed')) as { connections: { withheld: number }[] };
    expect(connections[0]?.withheld).toBeGreaterThanOrEqual(200);
  });

  it('cut: the oldest connection of the product breaks, the others hear the match', async () => {
    const other = await Client.open();
    await other.ask(subscribe(['matches'], 'BTC-USD'));
    await fault({ kind: 'cut', every: 2 });
    await pass(30, 30);
    await until(() => client.closed !== null && other.ids().length === 3);
    expect(client.closed?.code).toBe(1006);
    expect(other.ids()).toEqual(told(0, 1, 2));
    expect(await rest('/_simulator/feed')).toMatchObject({ ended: { cut: 1 } });
  });

  it('cut_all: every connection breaks', async () => {
    const other = await Client.open();
    await other.ask(subscribe(['heartbeat'], 'ETH-USD'));
    await fault({ kind: 'cut_all' });
    await pass(10, 10);
    await until(() => client.closed !== null && other.closed !== null);
    expect([client.closed?.code, other.closed?.code]).toEqual([1006, 1006]);
    expect(await hits()).toEqual([1]);
  });
});

it('a load is in accord with REST, and stops', async () => {
  const client = await Client.open();
  await client.ask(subscribe(['matches'], 'BTC-USD'));
  const before = client.ids('last_match')[0] ?? 0;
  await load('BTC-USD', 500);
  await pass(3_000, 500);
  await load('BTC-USD', 0);
  await pass(60_000, 30_000);
  await until(() => client.ids().length === 1_500);
  expect(client.ids()).toEqual(Array.from({ length: 1_500 }, (_, index) => before + 1 + index));
  const page = (await rest('/products/BTC-USD/trades?limit=1000')) as Record<string, string | number>[];
  const told = client.of('match').slice(-1_000).reverse();
  expect(page.map(({ trade_id: id, price, size, side }) => [id, Number(price), Number(size), side])).toEqual(
    told.map((match) => [match['trade_id'], Number(match['price']), Number(match['size']), match['side']]),
  );
  await expect(rest('/_simulator/feed-load', { product_id: 'NOPE-USD', per_second: 1 })).rejects.toThrow('400');
});

it('a jump of the clock tells the newest trades and counts the rest', async () => {
  const client = await Client.open();
  await client.ask(subscribe(['matches'], 'BTC-USD'));
  const before = client.ids('last_match')[0] ?? 0;
  await load('BTC-USD', 1_000);
  elapsedMs += 25_000;
  await until(() => client.ids().length === WAITING_TRADES_MAX, 20_000);
  expect(client.ids()[0]).toBe(before + 1 + 5_000);
  expect(client.ids().at(-1)).toBe(before + 25_000);
  expect(await matchesOf('BTC-USD')).toMatchObject({ skipped: 5_000, count: WAITING_TRADES_MAX });
}, 30_000);

it('a client that does not read is cut, and the others do not notice', async () => {
  const slow = await Client.open();
  const quick = await Client.open();
  await Promise.all([slow, quick].map((client) => client.ask(subscribe(['matches', 'ticker'], 'BTC-USD'))));
  slow.socket.pause();
  await load('BTC-USD', 10_000);
  const ended = async (): Promise<{ slow?: number }> => ((await rest('/_simulator/feed')) as { ended: { slow?: number } }).ended;
  // one step at a time, so that no more waits for the quick one than a step's messages, however busy the machine is
  for (let trades = 1_000; trades <= 100_000 && (await ended()).slow === undefined; trades += 1_000) {
    elapsedMs += 100;
    await until(() => quick.of('match').length === trades, 20_000);
  }
  expect(await rest('/_simulator/feed')).toMatchObject({ ended: { slow: 1 }, connections: [{ id: 2 }] });
  expect(quick.closed).toBeNull();
}, 30_000);
