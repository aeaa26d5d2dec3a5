import { setTimeout as sleep } from 'node:timers/promises';
import { ExchangeUnavailableError } from '@elias/coinbase';
import type { LiveEvent } from '@elias/contracts';
import type { Candle } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { PollOpenCandles } from './poll-open-candles.js';

const AT = Date.parse('2023-12-01T00:00:42.500Z');
const candle = (volume: string): Candle => ({
  ...{ startedAtMs: Date.parse('2023-12-01T00:00:00Z'), open: '1', high: '3', low: '1', close: '2' },
  volume,
});

let products: string[];
let asked: string[];
let published: LiveEvent[];
let bugs: unknown[];
/** what the exchange says to the n-th question */
let answer: (question: number) => Candle | null;
let poll: PollOpenCandles;
beforeEach(() => {
  [products, asked, published, bugs] = [['BTC-USD'], [], [], []];
  poll = new PollOpenCandles({
    products: () => products,
    openCandle: (productId) => {
      asked.push(productId);
      return Promise.resolve().then(() => ({ value: answer(asked.length), answeredAtMs: AT }));
    },
    publish: (event) => Promise.resolve(void published.push(event)),
    onBug: (error) => void bugs.push(error),
    intervalMs: 6,
    logger: createLogger({ app: 'test', level: 'silent' }),
  });
});
afterEach(() => poll.close());

async function until(so: () => boolean): Promise<void> {
  while (!so()) await sleep(2);
}

it('tells the open minute when it changed, and only then', async () => {
  answer = (question) => (question === 1 ? null : candle(question < 6 ? '1' : '2'));
  poll.start();
  await until(() => asked.length > 8);
  expect(published.map(({ data }) => data)).toEqual(
    ['1', '2'].map((volume) => ({
      ...{ product_id: 'BTC-USD', granularity: 60, started_at: '2023-12-01T00:00:00Z' },
      ...{ open: '1', high: '3', low: '1', close: '2', volume, answered_at: '2023-12-01T00:00:42Z' },
    })),
  );
});

it('asks for each product in turn, and for none where there is none', async () => {
  answer = () => null;
  products = [];
  poll.start();
  await sleep(30);
  expect(asked).toEqual([]);
  products = ['BTC-USD', 'ETH-USD', 'SOL-USD'];
  await until(() => asked.length >= 6);
  expect(new Set(asked.slice(0, 3))).toEqual(new Set(products));
  expect(asked.slice(3, 6)).toEqual(asked.slice(0, 3));
});

it('goes on when the exchange does not answer; a bug is told', async () => {
  answer = (question) => {
    if (question === 1) throw new ExchangeUnavailableError('/candles', 'deadline', 1);
    if (question === 3) throw new TypeError('bug');
    return candle('1');
  };
  poll.start();
  await until(() => bugs.length === 1);
  expect([published.length, asked.length]).toEqual([1, 3]);
});
