import { setImmediate as turn } from 'node:timers/promises';
import { ExchangeUnavailableError, UnknownProductError } from '@elias/coinbase';
import { createLogger } from '@elias/telemetry';
import { KnownProducts } from './known-products.js';

let told: string[];
let later: (() => void)[];
let answer: (id: string) => void;
let known: KnownProducts;
beforeEach(() => {
  [told, later] = [[], []];
  known = new KnownProducts({
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
    logger: createLogger({ app: 'test', level: 'silent' }),
  });
});

it('leaves out what the exchange does not list, and looks again', async () => {
  answer = (id) => {
    if (id === 'NONE-USD') throw new UnknownProductError(id);
  };
  known.add(['BTC-USD', 'NONE-USD']);
  await turn();
  expect([told, known.unknown]).toEqual([['+BTC-USD'], ['NONE-USD']]);
  answer = () => undefined;
  later.shift()!();
  await turn();
  expect([told, known.unknown]).toEqual([['+BTC-USD', '+NONE-USD'], []]);
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
  expect([told, later, known.unknown]).toEqual([['-BTC-USD', '-NONE-USD'], [], []]);
});
