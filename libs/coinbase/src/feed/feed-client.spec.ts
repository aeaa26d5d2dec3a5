import { setImmediate } from 'node:timers/promises';
import { VirtualClock } from '../test-virtual-clock.js';
import { ASK_AGAIN_AFTER_MS, FeedClient } from './feed-client.js';
import { ANSWER_MS_MAX, STALL_MS } from './feed-connection.js';
import type { FeedEvent } from './feed-events.js';
import type { QueueBounds } from './feed-queue.js';
import { RECONNECT_DELAY_MS_MIN } from './reconnect-delay.js';
import { BTC, ETH, heartbeat, match, ticker } from './test-messages.js';
import { ScriptedFeed } from './test-scripted-feed.js';

let feed: ScriptedFeed;
let clock: VirtualClock;
let client: FeedClient;
let url: string;
let events: FeedEvent[];
let reader: Promise<void>;

beforeEach(async () => {
  feed = new ScriptedFeed();
  clock = new VirtualClock();
  url = await feed.listen();
  events = [];
  reader = Promise.resolve();
});

afterEach(async () => {
  const left = client.close();
  await clock.runUntil(clock.nowMs() + 2_000);
  await left;
  await reader;
  await feed.close();
});

function start(productIds: readonly string[], { queue, random = () => 0 }: { queue?: QueueBounds; random?: () => number } = {}): void {
  client = new FeedClient({ url, userAgent: 'elias/test', clock, random, ...(queue && { queue }) });
  client.add(productIds);
}

function read(): void {
  reader = (async () => {
    for await (const batch of client.batches()) events.push(...batch);
  })();
}

/** Lets sockets and promises go on until it is so; the test's own time limit ends a wait for nothing. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await setImmediate();
}

const later = (ms: number): Promise<void> => clock.runUntil(clock.nowMs() + ms);
const trades = (): number[] => events.flatMap((event) => (event.kind === 'trade' ? [event.trade.tradeId] : []));
const kinds = (kind: FeedEvent['kind']): FeedEvent[] => events.filter((event) => event.kind === kind);

it('subscribes as soon as it is open, to all channels, and says who it is', async () => {
  start([BTC, ETH]);
  const guest = await feed.guest(0);
  await feed.until(() => guest.asked.length === 1);
  expect(guest.asked).toEqual([{ type: 'subscribe', product_ids: [BTC, ETH], channels: ['heartbeat', 'matches', 'ticker'] }]);
  expect(guest.userAgent).toBe('elias/test');
  expect(clock.nowMs()).toBe(0);
  await until(() => client.counters.confirmedProducts === 2);
  expect(client.counters).toMatchObject({ connects: 1, connected: true });
});

it('data before the answer is taken', async () => {
  feed.onAsked = (guest, asked) => {
    guest.say(ticker(7), match(7, { type: 'last_match' }), match(8));
    feed.grant(guest, asked);
  };
  start([BTC]);
  read();
  await until(() => events.length === 3);
  expect(events.map(({ kind }) => kind)).toEqual(['ticker', 'trade', 'trade']);
  expect(events[2]).toMatchObject({ productId: BTC, late: false, trade: { tradeId: 8, side: 'buy', price: '64000.1', size: '0.5' } });
});

it('a product that the exchange refuses does not spoil the others', async () => {
  feed.onAsked = (guest, asked) => {
    if (asked.product_ids.includes('BAD-USD')) guest.refuse('BAD-USD is not a valid product');
    else feed.grant(guest, asked);
  };
  start([BTC, 'BAD-USD', ETH]);
  read();
  await until(() => client.counters.confirmedProducts === 2 && events.length === 1);
  expect(events).toEqual([{ kind: 'refused-product', productId: 'BAD-USD', reason: 'BAD-USD is not a valid product', named: true }]);
  expect(feed.guests[0]!.asked.map(({ product_ids }) => product_ids)).toEqual([
    [BTC, 'BAD-USD', ETH],
    [BTC, ETH],
  ]);
});

it('a refusal that names none is halved, and who stood alone is asked for again after a minute', async () => {
  let listed = false;
  feed.onAsked = (guest, asked) => {
    if (!listed && asked.product_ids.includes('BAD-USD')) guest.refuse('no');
    else feed.grant(guest, asked);
  };
  start([BTC, 'BAD-USD', ETH]);
  read();
  await until(() => client.counters.confirmedProducts === 2 && kinds('refused-product').length === 1);
  expect(events).toMatchObject([{ productId: 'BAD-USD', reason: 'no', named: false }]);
  listed = true;
  for (let passed = 0; passed < ASK_AGAIN_AFTER_MS; passed += 10_000) {
    feed.guests[0]!.say(heartbeat(1));
    await until(() => client.counters.messages.heartbeat === passed / 10_000 + 1);
    await later(10_000);
  }
  await until(() => client.counters.confirmedProducts === 3);
  expect(feed.guests).toHaveLength(1);
});

it('a product that is added or removed meanwhile needs no new connection', async () => {
  start([BTC]);
  read();
  const guest = await feed.guest(0);
  await until(() => client.counters.confirmedProducts === 1);
  client.add([ETH]);
  await until(() => client.counters.confirmedProducts === 2);
  feed.onAsked = (them, asked) => {
    them.say(match(5));
    feed.grant(them, asked);
    them.say(match(6, { product_id: ETH }));
  };
  client.remove([BTC]);
  await until(() => events.length === 1);
  expect(events).toMatchObject([{ kind: 'trade', productId: ETH }]);
  expect(guest.asked.slice(1)).toMatchObject([
    { type: 'subscribe', product_ids: [ETH] },
    { type: 'unsubscribe', product_ids: [BTC] },
  ]);
  expect(client.counters).toMatchObject({ ignored: 1, confirmedProducts: 1, messages: { refused: 0 } });
});

it('without a product there is no connection', async () => {
  start([]);
  expect(client.counters.connects).toBe(0);
  client.add([BTC]);
  await until(() => client.counters.confirmedProducts === 1);
  client.remove([BTC]);
  await feed.until(() => feed.guests[0]!.closeCode !== null);
  expect(feed.guests[0]!.closeCode).toBe(1_000);
  client.add([ETH]);
  await until(() => client.counters.confirmedProducts === 1);
  expect(feed.guests).toHaveLength(2);
});

it('silence for 15 s with the socket open is the end of it; it comes back and subscribes again', async () => {
  start([BTC]);
  await until(() => client.counters.confirmedProducts === 1);
  await later(10_000);
  feed.guests[0]!.say(heartbeat(1));
  await until(() => client.counters.messages.heartbeat === 1);
  await later(STALL_MS - 1);
  expect(client.counters.connected).toBe(true);
  await later(1);
  await feed.until(() => feed.guests[0]!.closeCode === 1_006);
  await until(() => client.counters.ends.get('stalled') === 1);
  await later(RECONNECT_DELAY_MS_MIN);
  await until(() => client.counters.confirmedProducts === 1);
  expect(feed.guests[1]!.asked).toMatchObject([{ type: 'subscribe', product_ids: [BTC] }]);
});

it('a subscription that is not answered is the end of the connection', async () => {
  feed.onAsked = () => undefined;
  start([BTC]);
  await feed.until(() => feed.guests[0]?.asked.length === 1);
  await later(ANSWER_MS_MAX);
  await until(() => client.counters.ends.get('unanswered') === 1);
  expect(client.counters.confirmedProducts).toBe(0);
});

it('a product that the answers leave out is reported, the others stay', async () => {
  feed.onAsked = (guest) => {
    guest.has.add(BTC);
    guest.acknowledge();
  };
  start([BTC, ETH]);
  read();
  await until(() => client.counters.confirmedProducts === 1);
  await later(ANSWER_MS_MAX);
  await until(() => events.length === 1);
  expect(events).toMatchObject([{ kind: 'refused-product', productId: ETH, named: false }]);
  expect(client.counters).toMatchObject({ connected: true, confirmedProducts: 1, connects: 1 });
});

it('after a cut what was missed is a hole, told once, and filled by whoever has the trades', async () => {
  feed.onAsked = (guest, asked) => {
    feed.grant(guest, asked);
    guest.say(match(feed.guests.length === 1 ? 7 : 12, { type: 'last_match' }));
  };
  start([BTC]);
  read();
  await until(() => trades().length === 1);
  feed.guests[0]!.say(match(8), match(8), match(7));
  feed.guests[0]!.cutInMidMessage(JSON.stringify(match(9)).slice(0, 60));
  await until(() => client.counters.ends.get('cut') === 1 && client.counters.doubles === 2);
  await later(RECONNECT_DELAY_MS_MIN);
  await until(() => trades().includes(12));
  expect(kinds('hole')).toEqual([{ kind: 'hole', productId: BTC, ids: { fromId: 9, toId: 11 } }]);
  const missed = [11, 10, 9, 8].map((tradeId) => ({ tradeId, tradedAtMs: 0, side: 'buy' as const, price: '1', size: '1' }));
  client.fill(BTC, missed);
  await until(() => kinds('hole-filled').length === 1);
  expect(kinds('hole-filled')).toEqual([{ kind: 'hole-filled', productId: BTC, ids: { fromId: 9, toId: 11 } }]);
  expect(trades()).toEqual([7, 8, 12, 11, 10, 9]);
  expect(client.counters).toMatchObject({ holes: 1, missed: 3, late: 3, holesFilled: 1, doubles: 3, messages: { refused: 0 } });
});

it('a heartbeat that stays ahead is a hole', async () => {
  start([BTC]);
  read();
  await until(() => client.counters.confirmedProducts === 1);
  feed.guests[0]!.say(match(7));
  await until(() => trades().length === 1);
  for (const beats of [1, 2]) {
    feed.guests[0]!.say(heartbeat(9));
    await until(() => client.counters.messages.heartbeat === beats && client.counters.queued === 0);
  }
  await until(() => events.length === 2);
  expect(events[1]).toEqual({ kind: 'hole', productId: BTC, ids: { fromId: 8, toId: 9 } });
});

it('what nobody understands is handed out as it came, and the stream goes on', async () => {
  start([BTC]);
  read();
  await until(() => client.counters.confirmedProducts === 1);
  const unasked = JSON.stringify(match(1, { product_id: 'DOGE-USD' }));
  feed.guests[0]!.say('{', unasked);
  feed.guests[0]!.socket.send(Buffer.from('bytes'), { binary: true });
  feed.guests[0]!.say(match(7));
  await until(() => events.length === 4);
  expect(events.slice(0, 3)).toEqual([
    { kind: 'refused-message', reason: 'not_json', text: '{' },
    { kind: 'refused-message', reason: 'product_not_asked_for', text: unasked },
    { kind: 'refused-message', reason: 'not_text', text: 'bytes' },
  ]);
  expect([...client.counters.refused.values()]).toEqual([1, 1, 1]);
  expect(trades()).toEqual([7]);
});

it('a flood beyond the queue costs tickers first; trades without room are one hole; the connection stands', async () => {
  const queue = { itemsMax: 100, refusalsMax: 5 };
  start([BTC], { queue });
  await until(() => client.counters.confirmedProducts === 1);
  const guest = feed.guests[0]!;
  for (let id = 1; id <= 300; id++) guest.say(ticker(id), match(id), '{');
  await until(() => client.counters.messages.trade === 300 && client.counters.messages.refused === 300);
  expect(client.counters).toMatchObject({ queued: 100, dropped: { tickers: 300, refusals: 300, trades: 200 } });
  read();
  await until(() => client.counters.queued === 0);
  guest.say(match(301));
  await until(() => trades().includes(301));
  expect(trades()).toEqual([...Array.from({ length: 100 }, (_, i) => i + 1), 301]);
  expect(kinds('hole')).toEqual([{ kind: 'hole', productId: BTC, ids: { fromId: 101, toId: 300 } }]);
  expect(client.counters).toMatchObject({ missed: 200, connects: 1, connected: true });
});

it('an exchange that cuts everyone at once is asked less and less often', async () => {
  feed.onConnected = (guest) => guest.cut();
  start([BTC], { random: () => 0.5 });
  const delays: number[] = [];
  for (let round = 1; round <= 9; round++) {
    await until(() => feed.guests.length === round && [...client.counters.ends.values()].reduce((a, b) => a + b, 0) === round);
    const endedAtMs = clock.nowMs();
    while (client.counters.connects === round) await later(62.5);
    delays.push(clock.nowMs() - endedAtMs);
  }
  expect(delays).toEqual([312.5, 562.5, 1_062.5, 2_062.5, 4_062.5, 8_062.5, 15_062.5, 15_062.5, 15_062.5]);
});

it('an exchange that is not there is no error, only a later attempt', async () => {
  await feed.close();
  start([BTC]);
  await until(() => client.counters.ends.get('not_opened') === 1);
  await later(RECONNECT_DELAY_MS_MIN);
  await until(() => client.counters.ends.get('not_opened') === 2);
  feed = new ScriptedFeed();
});

it('close says goodbye, what waits can still be read, and nothing comes after it', async () => {
  start([BTC]);
  await until(() => client.counters.confirmedProducts === 1);
  feed.guests[0]!.say(match(7), match(8));
  await until(() => client.counters.queued === 2);
  await client.close();
  expect(client.counters.connected).toBe(false);
  client.add([ETH]);
  read();
  await reader;
  expect(trades()).toEqual([7, 8]);
  await later(120_000);
  expect([feed.guests.length, client.counters.connects, client.counters.ends.get('closed')]).toEqual([1, 1, 1]);
  await feed.until(() => feed.guests[0]!.closeCode === 1_000);
});

it('close while it waits to connect again is the end of that too', async () => {
  feed.onConnected = (guest) => guest.cut();
  start([BTC]);
  await until(() => client.counters.ends.size === 1);
  await client.close();
  await later(120_000);
  expect(client.counters.connects).toBe(1);
});

it('has one reader at a time', async () => {
  start([]);
  read();
  await setImmediate();
  await expect(client.batches().next()).rejects.toThrow('one reader');
});
