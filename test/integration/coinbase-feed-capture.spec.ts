import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { FeedClient } from '../../libs/coinbase/src/feed/feed-client.js';
import type { FeedEvent } from '../../libs/coinbase/src/feed/feed-events.js';
import type { FeedMessage } from '../../libs/coinbase/src/feed/read-feed-message.js';
import { readFeedMessage } from '../../libs/coinbase/src/feed/read-feed-message.js';
import { ScriptedFeed } from '../../libs/coinbase/src/feed/test-scripted-feed.js';
import { itRecorded, recordings } from '../support/recorded-day.js';

/** Channels that the recorder asked for and Elias does not. */
const OF_OTHER_CHANNELS = ['snapshot', 'l2update'];

interface Told extends Record<string, unknown> {
  readonly type: string;
  readonly product_id: string;
  readonly trade_id: number;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** What the exchange said in 30 seconds of 2021, in its order. */
function captured(): Told[] {
  const text = gunzipSync(readFileSync(join(recordings!, 'ws/capture-2021-04-17.jsonl.gz'))).toString();
  const lines = linesOf(text).map((line) => JSON.parse(line) as { dir: string; msg: Told });
  return lines.filter(({ dir, msg }) => dir === 'in' && !OF_OTHER_CHANNELS.includes(msg.type)).map(({ msg }) => msg);
}

const nameOf = (productId: string, tradeId: number): string => `${productId} ${tradeId}`;
const isTrade = ({ type }: Told): boolean => type === 'match' || type === 'last_match';

function understood(told: readonly unknown[]): FeedMessage[] {
  const messages = told.map((each) => readFeedMessage(JSON.stringify(each), () => true));
  expect(messages.filter(({ type }) => type === 'refused')).toEqual([]);
  return messages as FeedMessage[];
}

itRecorded('every message of a recorded feed is understood', () => {
  const messages = understood(captured());
  const countOf = (type: FeedMessage['type']): number => messages.filter((message) => message.type === type).length;
  expect([countOf('subscriptions'), countOf('ticker'), countOf('trade')]).toEqual([3, 107, 107]);
});

itRecorded('ticker and match of the same recorded trade say the same of it, side and all', () => {
  const messages = understood(captured());
  const trades = new Map(
    messages.flatMap((message) => (message.type === 'trade' ? [[nameOf(message.productId, message.trade.tradeId), message.trade]] : [])),
  );
  const pairs = messages.flatMap((message) => {
    if (message.type !== 'ticker') return [];
    const { tradeId, tradedAtMs, side, price, lastSize } = message.ticker;
    const trade = trades.get(nameOf(message.productId, tradeId));
    return trade === undefined ? [] : [[trade, { tradeId, tradedAtMs, side, price, size: lastSize }]];
  });
  expect(pairs.length).toBeGreaterThan(90);
  for (const [trade, ticker] of pairs) expect(trade).toEqual(ticker);
});

itRecorded('single recorded messages are understood', () => {
  const messages = understood(linesOf(readFileSync(join(recordings!, 'ws/single-messages.jsonl'), 'utf8')).map((line) => JSON.parse(line)));
  expect(messages.map(({ type }) => type).sort()).toEqual([...Array(7).fill('heartbeat'), ...Array(3).fill('ticker'), 'trade'].sort());
});

itRecorded('a recorded feed, told twice, gives each of its trades once, in order and without a hole', async () => {
  const told = captured().filter(({ type }) => type !== 'subscriptions');
  const productIds = [...new Set(told.map(({ product_id }) => product_id))];
  const feed = new ScriptedFeed();
  feed.onAsked = (guest, asked) => {
    guest.say(...told.slice(0, 20));
    feed.grant(guest, asked);
    guest.say(...told.slice(20), ...told);
  };
  const client = new FeedClient({ url: await feed.listen(), userAgent: 'elias/test' });
  const events: FeedEvent[] = [];
  const read = (async () => {
    for await (const batch of client.batches()) events.push(...batch);
  })();
  client.add(productIds);
  while (client.counters.messages.trade + client.counters.messages.ticker < 2 * told.length) await setImmediate();
  await client.close();
  await read;
  await feed.close();
  const trades = events.flatMap((event) => (event.kind === 'trade' ? [nameOf(event.productId, event.trade.tradeId)] : []));
  expect(trades).toEqual([...new Set(told.filter(isTrade).map(({ product_id, trade_id }) => nameOf(product_id, trade_id)))]);
  expect(events.filter(({ kind }) => kind !== 'trade' && kind !== 'ticker')).toEqual([]);
  expect(client.counters).toMatchObject({ holes: 0, late: 0, doubles: trades.length, dropped: { trades: 0, tickers: 0 }, connects: 1 });
});
