import { faultOrder, FaultPlan } from './fault-plan.js';

const plan = (...orders: unknown[]): FaultPlan => {
  const faults = new FaultPlan();
  for (const order of orders) faults.add(faultOrder.parse(order));
  return faults;
};
const kinds = (faults: FaultPlan, url: string, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => faults.take(url)?.kind);

it('hits once, in the order of the orders', () => {
  expect(kinds(plan({ kind: '429' }, { kind: '500' }), '/time', 3)).toEqual(['429', '500', undefined]);
});

it('hits only what matches', () => {
  const faults = plan({ kind: 'cut', match: 'BTC-USD/candles.*granularity=60' });
  expect(faults.take('/products/ETH-USD/candles?granularity=60')).toBeNull();
  expect(faults.take('/products/BTC-USD/candles?granularity=60')).toMatchObject({ kind: 'cut', seen: 1, hit: 1 });
});

it('hits each n-th, until it is cleared', () => {
  const faults = plan({ kind: 'stall', times: null, every: 3 });
  expect(kinds(faults, '/x', 6)).toEqual([undefined, undefined, 'stall', undefined, undefined, 'stall']);
  faults.clear();
  expect(kinds(faults, '/x', 3)).toEqual([undefined, undefined, undefined]);
});

it('a spent fault lets the next one have its turn', () => {
  expect(kinds(plan({ kind: 'slow', times: 2 }, { kind: '503', times: 1 }), '/x', 4)).toEqual(['slow', 'slow', '503', undefined]);
});

it.each([{ kind: '418' }, { kind: '429', times: 0 }, { kind: '429', match: '(' }, { kind: '429', extra: 1 }, {}])('refuses %j', (order) => {
  expect(faultOrder.safeParse(order).success).toBe(false);
});
