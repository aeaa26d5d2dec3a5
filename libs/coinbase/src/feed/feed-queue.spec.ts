import { FeedQueue } from './feed-queue.js';
import type { QueuedItem } from './feed-queue.js';
import { readFeedMessage, refuse } from './read-feed-message.js';
import { BTC, ETH, heartbeat, match, ticker } from './test-messages.js';

const item = (told: unknown): QueuedItem => readFeedMessage(JSON.stringify(told), () => true) as QueuedItem;
const trade = (id: number): QueuedItem => item(match(id));
const nameOf = (queued: QueuedItem): string => {
  if (queued.type === 'trade') return `trade ${queued.trade.tradeId}`;
  if (queued.type === 'ticker') return `ticker ${queued.ticker.tradeId}`;
  if (queued.type === 'heartbeat') return `heartbeat ${queued.productId} ${queued.lastTradeId}`;
  return queued.type === 'refused' ? `refused ${queued.text}` : queued.type;
};

function queueOf(itemsMax: number, refusalsMax: number, items: readonly QueuedItem[]): FeedQueue {
  const queue = new FeedQueue({ itemsMax, refusalsMax });
  for (const each of items) queue.push(each);
  return queue;
}

it('what goes in comes out in its order', () => {
  const queue = queueOf(9, 9, [trade(1), item(ticker(1)), refuse('not_json', 'x'), item(heartbeat(1)), trade(2)]);
  expect(queue.take(2).map(nameOf)).toEqual(['trade 1', 'ticker 1']);
  queue.push(trade(3));
  expect(queue.take(9).map(nameOf)).toEqual(['refused x', `heartbeat ${BTC} 1`, 'trade 2', 'trade 3']);
  expect([queue.size, queue.take(1)]).toEqual([0, []]);
});

it('when it is full tickers go first, the oldest first, then refused messages, then the trade that comes', () => {
  const queue = queueOf(4, 4, [item(ticker(1)), trade(1), refuse('not_json', 'x'), item(ticker(2))]);
  queue.push(item(ticker(3)));
  expect(queue.dropped).toEqual({ tickers: 1, refusals: 0, trades: 0 });
  for (const id of [2, 3, 4]) queue.push(trade(id));
  expect(queue.dropped).toEqual({ tickers: 3, refusals: 1, trades: 0 });
  queue.push(trade(5));
  queue.push(item(ticker(5)));
  expect(queue.dropped).toEqual({ tickers: 4, refusals: 1, trades: 1 });
  expect(queue.take(9).map(nameOf)).toEqual(['trade 1', 'trade 2', 'trade 3', 'trade 4']);
});

it('refused messages have a bound of their own', () => {
  const queue = queueOf(
    9,
    2,
    ['a', 'b', 'c'].map((text) => refuse('not_json', text)),
  );
  expect(queue.dropped.refusals).toBe(1);
  expect(queue.take(9).map(nameOf)).toEqual(['refused b', 'refused c']);
});

it('of heartbeats the latest of each product is kept, at the place of the latest', () => {
  const queue = queueOf(1, 1, [item(heartbeat(1)), item(heartbeat(1, { product_id: ETH })), trade(2), item(heartbeat(2))]);
  expect(queue.take(9).map(nameOf)).toEqual([`heartbeat ${ETH} 1`, 'trade 2', `heartbeat ${BTC} 2`]);
});

it('stays bounded and in order through many rounds', () => {
  const queue = queueOf(5_000, 10, []);
  const out: number[] = [];
  let id = 0;
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < 1_000; i++) queue.push(trade(id++));
    for (const taken of queue.take(700)) if (taken.type === 'trade') out.push(taken.trade.tradeId);
    expect(queue.size).toBeLessThanOrEqual(5_000);
  }
  for (const taken of queue.take(9_999)) if (taken.type === 'trade') out.push(taken.trade.tradeId);
  expect(out).toEqual([...out].sort((a, b) => a - b));
  expect(out.length + queue.dropped.trades).toBe(30_000);
});
