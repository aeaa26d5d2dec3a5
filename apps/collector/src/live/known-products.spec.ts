import { setImmediate as turn } from 'node:timers/promises';
import { ExchangeUnavailableError, UnknownProductError } from '@elias/coinbase';
import type { KnownProductsParts } from './known-products.js';
import { KnownProducts } from './known-products.js';

let told: string[];
let later: (() => void)[];
let answer: (id: string) => void;
let warned: string[];
let parts: KnownProductsParts;
let known: KnownProducts;
beforeEach(() => {
  [told, later, warned] = [[], [], []];
  parts = {
    feed: {
      add: (ids) => void told.push(...[...ids].map((id) => `+${id}`)),
      remove: (ids) => void told.push(...[...ids].map((id) => `-${id}`)),
    },
    product: (id) => Promise.resolve().then(() => answer(id)),
    after: (_ms, call) => {
      later.push(call);
      return () => void later.splice(later.indexOf(call), 1);
    },
    onBug: (error) => {
      throw error;
    },
    logger: { warn: (fields: { productId: string }) => void warned.push(fields.productId) },
  };
  known = new KnownProducts(parts);
});

it('leaves out what the exchange does not list, and looks again', async () => {
  answer = (id) => {
    if (id === 'NONE-USD') throw new UnknownProductError(id);
  };
  known.add(['BTC-USD', 'NONE-USD']);
  await turn();
  expect([told, known.leftOut]).toEqual([['+BTC-USD'], ['NONE-USD']]);
  answer = () => undefined;
  later.shift()!();
  await turn();
  expect([told, known.leftOut]).toEqual([['+BTC-USD', '+NONE-USD'], []]);
});

it('takes all while the exchange does not answer', async () => {
  answer = () => {
    throw new ExchangeUnavailableError('/products', 'exchange_unavailable', 1);
  };
  known.add(['BTC-USD', 'NONE-USD']);
  await turn();
  expect(told).toEqual(['+BTC-USD', '+NONE-USD']);
});

it('does not add what was removed meanwhile, and looks for it no more', async () => {
  answer = (id) => {
    if (id === 'NONE-USD') throw new UnknownProductError(id);
  };
  known.add(['BTC-USD']);
  known.remove(['BTC-USD']);
  known.add(['NONE-USD']);
  await turn();
  known.remove(['NONE-USD']);
  expect([told, later, known.leftOut]).toEqual([['-BTC-USD', '-NONE-USD'], [], []]);
});

it('does not wait for the list longer than it has patience', async () => {
  let listed: () => void = () => undefined;
  answer = (id) => {
    if (id === 'NONE-USD') throw new UnknownProductError(id);
  };
  const slow = new KnownProducts({
    ...parts,
    product: (id) => new Promise<void>((resolve) => (listed = resolve)).then(() => answer(id)),
  });
  slow.add(['NONE-USD']);
  later.shift()!();
  expect(told).toEqual(['+NONE-USD']);
  listed();
  await turn();
  expect([told, slow.leftOut]).toEqual([['+NONE-USD', '-NONE-USD'], ['NONE-USD']]);
});

it('one that the feed refuses by name is told of once, and asked for again', async () => {
  answer = () => undefined;
  known.add(['BTC-USD']);
  await turn();
  for (const round of [1, 2]) {
    known.refused('BTC-USD', 'BTC-USD is not a valid product', true);
    expect([known.leftOut, later.length]).toEqual([['BTC-USD'], 1]);
    later.shift()!();
    await turn();
    expect(told).toEqual(Array(round + 1).fill('+BTC-USD'));
  }
  known.refused('BTC-USD', 'no', false);
  known.refused('OTHER-USD', 'no', true);
  expect([warned, known.leftOut]).toEqual([['BTC-USD'], []]);
});
