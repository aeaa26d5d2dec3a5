import { partitionOf } from '@elias/kafka';
import { HandOver } from './hand-over.js';

const PRODUCTS = ['BTC-USD', 'ETH-USD', 'SOL-USD'];
const of = (...ids: string[]): number[] => ids.map((id) => partitionOf(id, 12));

let told: string[];
let later: (() => void)[];
let handOver: HandOver;
beforeEach(() => {
  told = [];
  later = [];
  const follower = {
    add: (ids: Iterable<string>) => void told.push(...[...ids].map((id) => `+${id}`)),
    remove: (ids: Iterable<string>) => void told.push(...[...ids].map((id) => `-${id}`)),
  };
  handOver = new HandOver(PRODUCTS, 12, follower, (_delayMs, call) => {
    later.push(call);
    return () => void later.splice(later.indexOf(call), 1);
  });
});
const pass = (): void => later.splice(0).forEach((call) => call());

it('follows at once what it owns', () => {
  handOver.assigned(of('BTC-USD', 'ETH-USD'));
  expect(told).toEqual(['+BTC-USD', '+ETH-USD']);
  expect([handOver.products, handOver.shared]).toEqual([['BTC-USD', 'ETH-USD'], true]);
  handOver.assigned(of('BTC-USD', 'ETH-USD'));
  expect(told).toHaveLength(2);
});

it('goes on with what another owns now until that one has it', () => {
  handOver.assigned(of(...PRODUCTS));
  expect(handOver.shared).toBe(false);
  handOver.assigned(of('BTC-USD'));
  expect(handOver.products).toEqual(['BTC-USD']);
  expect(told).toHaveLength(3);
  pass();
  expect(told.slice(3)).toEqual(['-ETH-USD', '-SOL-USD']);
});

it('keeps what it gets back, without leaving it', () => {
  handOver.assigned(of(...PRODUCTS));
  handOver.assigned([]);
  handOver.assigned(of('ETH-USD'));
  pass();
  expect(told.slice(3).sort()).toEqual(['-BTC-USD', '-SOL-USD']);
  handOver.assigned(of(...PRODUCTS));
  expect(told.slice(5).sort()).toEqual(['+BTC-USD', '+SOL-USD']);
});

it('does nothing any more when it is closed', () => {
  handOver.assigned(of(...PRODUCTS));
  handOver.assigned([]);
  handOver.close();
  expect(later).toEqual([]);
});
