import { setTimeout as sleep } from 'node:timers/promises';
import { ExchangeUnavailableError, UnknownProductError } from '@elias/coinbase';
import type { Trade, TradesCursor, TradesPage } from '@elias/coinbase';
import { createLogger } from '@elias/telemetry';
import { FillHoles } from './fill-holes.js';

const trade = (tradeId: number): Trade => ({ tradeId, tradedAtMs: tradeId, side: 'buy', price: '1', size: '1' });
const PRODUCT = 'BTC-USD';

let asked: TradesCursor[];
let filled: number[];
let lost: number;
let bugs: unknown[];
/** ids that the exchange has; an error is thrown instead */
let has: (attempt: number) => readonly number[];
let holes: FillHoles;

beforeEach(() => {
  [asked, filled, lost, bugs] = [[], [], 0, []];
  holes = new FillHoles({
    trades: (_productId, cursor): Promise<TradesPage> => {
      asked.push(cursor);
      const ids = has(asked.length).filter((id) => id < cursor.after!);
      return Promise.resolve({
        trades: ids
          .sort((a, b) => b - a)
          .slice(0, cursor.limit)
          .map(trade),
        before: null,
        after: null,
        answeredAtMs: null,
      });
    },
    fill: (_productId, trades) => void filled.push(...trades.map(({ tradeId }) => tradeId)),
    gaveUp: (trades) => void (lost += trades),
    onBug: (error) => void bugs.push(error),
    tradesMax: 2_000,
    againAfterMs: 20,
    logger: createLogger({ app: 'test', level: 'silent' }),
  });
});
afterEach(() => holes.close());

async function until(so: () => boolean): Promise<void> {
  while (!so()) await sleep(10);
}

it('fills what is missing, oldest first, with one request for what lies together', async () => {
  has = () => [1, 2, 3, 4, 5, 6, 7, 8, 9];
  holes.add(PRODUCT, { fromId: 3, toId: 4 });
  holes.add(PRODUCT, { fromId: 7, toId: 7 });
  await until(() => filled.length === 3);
  expect([filled, asked, lost]).toEqual([[3, 4, 7], [{ after: 8, limit: 1_000 }], 0]);
});

it('asks again for what the exchange does not have yet', async () => {
  has = (attempt) => (attempt === 1 ? [1, 2] : [1, 2, 3]);
  holes.add(PRODUCT, { fromId: 2, toId: 3 });
  await until(() => filled.length === 2);
  expect([filled, asked.length, lost]).toEqual([[2, 3], 2, 0]);
});

it('gives up what the exchange refuses, and goes on', async () => {
  has = (attempt) => {
    if (attempt === 1) throw new UnknownProductError(PRODUCT);
    return [9];
  };
  holes.add(PRODUCT, { fromId: 2, toId: 3 });
  await until(() => lost === 2);
  holes.add(PRODUCT, { fromId: 9, toId: 9 });
  await until(() => filled.length === 1);
  expect(bugs).toEqual([]);
});

it('does not ask for what came by itself, and gives up only what is missing', async () => {
  has = (attempt) => {
    if (attempt === 1) holes.came(PRODUCT, 7);
    return [8];
  };
  holes.add(PRODUCT, { fromId: 1, toId: 1 });
  holes.came(PRODUCT, 1);
  holes.add(PRODUCT, { fromId: 5, toId: 8 });
  holes.came(PRODUCT, 5);
  await until(() => lost > 0);
  expect([filled, lost, asked.length]).toEqual([[8], 1, 4]);
});

it('asks for the newest only, when too many are missing', async () => {
  has = (attempt) =>
    attempt === 1 ? Array.from({ length: 1_000 }, (_, at) => 4_001 + at) : Array.from({ length: 1_000 }, (_, at) => 3_001 + at);
  holes.add(PRODUCT, { fromId: 1, toId: 5_000 });
  await until(() => filled.length === 2_000);
  expect([lost, Math.min(...filled), asked.length]).toEqual([3_000, 3_001, 2]);
});

it('a hole that is told as another one is filled is not forgotten', async () => {
  has = () => Array.from({ length: 50 }, (_, at) => at);
  const fill = (tradeId: number): void => holes.add(PRODUCT, { fromId: tradeId, toId: tradeId });
  fill(1);
  for (let tradeId = 2; tradeId < 6; tradeId += 1) {
    await until(() => filled.length === tradeId - 1);
    fill(tradeId);
  }
  await until(() => filled.length === 5);
  expect(lost).toBe(0);
});

it('repeats what may pass', async () => {
  has = (attempt) => {
    if (attempt === 1) throw new ExchangeUnavailableError('/trades', 'rate_limited', 1);
    return [3];
  };
  holes.add(PRODUCT, { fromId: 3, toId: 3 });
  await until(() => filled.length === 1);
  expect(lost).toBe(0);
});

it('a bug is no hole', async () => {
  has = () => {
    throw new TypeError('bug');
  };
  holes.add(PRODUCT, { fromId: 3, toId: 3 });
  await until(() => bugs.length === 1);
});

it('ends in mid-wait', async () => {
  has = () => [];
  holes.add(PRODUCT, { fromId: 3, toId: 3 });
  await until(() => asked.length === 1);
  await holes.close();
  holes.add(PRODUCT, { fromId: 4, toId: 4 });
  await sleep(300);
  expect([asked.length, lost, bugs]).toEqual([1, 0, []]);
});
