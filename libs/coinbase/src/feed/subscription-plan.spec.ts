import { FEED_CHANNELS, SubscriptionPlan } from './subscription-plan.js';

const channels = (...productIds: string[]): Map<string, Set<string>> => new Map(FEED_CHANNELS.map((name) => [name, new Set(productIds)]));
const subscribe = (...productIds: string[]): unknown => ({ type: 'subscribe', productIds });

function planOf(...productIds: string[]): SubscriptionPlan {
  const plan = new SubscriptionPlan();
  plan.add(productIds);
  return plan;
}

/** Plays an exchange that knows some products, until the plan has nothing to ask. */
function play(plan: SubscriptionPlan, bad: ReadonlySet<string>, reasonOf: (bad: string) => string, had = new Set<string>()): number {
  let requests = 0;
  for (let request = plan.next(); request !== null; request = plan.next()) {
    if (++requests > 1_000) throw new Error('the plan does not come to an end');
    const culprit = request.productIds.find((id) => bad.has(id));
    if (culprit !== undefined) plan.failed(reasonOf(culprit));
    else {
      for (const id of request.productIds)
        if (request.type === 'subscribe') had.add(id);
        else had.delete(id);
      plan.told(channels(...had));
    }
  }
  return requests;
}

it('one request at a time, confirmed when all channels have it', () => {
  const plan = planOf('A-USD', 'B-USD');
  expect(plan.next()).toEqual(subscribe('A-USD', 'B-USD'));
  expect(plan.next()).toBeNull();
  plan.told(new Map([['matches', new Set(['A-USD', 'B-USD'])]]));
  expect([plan.waiting, plan.confirmedCount]).toEqual([true, 0]);
  plan.told(channels('A-USD', 'B-USD'));
  expect([plan.waiting, plan.confirmedCount]).toEqual([false, 2]);
  plan.add(['C-USD']);
  expect(plan.next()).toEqual(subscribe('C-USD'));
});

it('a product that the error names is left out, the others are asked for again', () => {
  const plan = planOf('A-USD', 'X-USD', 'B-USD');
  plan.next();
  const reason = 'X-USD is not a valid product';
  expect(plan.failed(reason)).toEqual([{ productId: 'X-USD', reason, named: true }]);
  expect(plan.next()).toEqual(subscribe('A-USD', 'B-USD'));
  plan.told(channels('A-USD', 'B-USD'));
  expect([plan.next(), plan.askableCount, plan.hasUnnamed]).toEqual([null, 2, false]);
});

it.each([0, 1, 3, 16])('%i bad products of 16 that the exchange does not name are found by halving', (badCount) => {
  const ids = Array.from({ length: 16 }, (_, i) => `P${i}-USD`);
  const bad = new Set(ids.slice(5).concat(ids.slice(0, 5)).slice(0, badCount));
  const plan = planOf(...ids);
  const requests = play(plan, bad, () => 'no');
  expect([plan.confirmedCount, plan.askableCount]).toEqual([16 - badCount, 16 - badCount]);
  expect(requests).toBeLessThanOrEqual(1 + 2 * badCount * 4);
});

it('what was learnt outlives the connection; who was not named is tried again, alone', () => {
  const plan = planOf('A-USD', 'B-USD', 'C-USD');
  play(plan, new Set(['C-USD']), () => 'no');
  plan.lost();
  expect(plan.confirmedCount).toBe(0);
  expect(plan.next()).toEqual(subscribe('A-USD', 'B-USD'));
  plan.told(channels('A-USD', 'B-USD'));
  expect([plan.next(), plan.hasUnnamed]).toEqual([null, true]);
  plan.retryUnnamed();
  expect(plan.next()).toEqual(subscribe('C-USD'));
  plan.told(channels('A-USD', 'B-USD', 'C-USD'));
  expect(plan.confirmedCount).toBe(3);
});

it('a half that was on its way when the connection was lost stays a half', () => {
  const plan = planOf('A-USD', 'B-USD', 'C-USD', 'D-USD');
  plan.next();
  plan.failed('no');
  expect(plan.next()).toEqual(subscribe('A-USD', 'B-USD'));
  plan.lost();
  expect(plan.next()).toEqual(subscribe('A-USD', 'B-USD'));
});

it('a product that is removed is unsubscribed, and its data may come until that is answered', () => {
  const plan = planOf('A-USD', 'B-USD');
  plan.next();
  plan.told(channels('A-USD', 'B-USD'));
  plan.remove(['A-USD']);
  expect([plan.wants('A-USD'), plan.leaves('A-USD')]).toEqual([false, true]);
  expect(plan.next()).toEqual({ type: 'unsubscribe', productIds: ['A-USD'] });
  plan.told(channels('A-USD', 'B-USD'));
  expect(plan.waiting).toBe(true);
  plan.told(channels('B-USD'));
  expect([plan.waiting, plan.leaves('A-USD'), plan.confirmedCount]).toEqual([false, false, 1]);
});

it('a product that is removed while it is asked for is unsubscribed afterwards', () => {
  const plan = planOf('A-USD', 'B-USD');
  plan.next();
  plan.remove(['A-USD']);
  plan.told(channels('A-USD', 'B-USD'));
  expect(plan.next()).toEqual({ type: 'unsubscribe', productIds: ['A-USD'] });
});

it('a product that the exchange drops from its list is asked for again', () => {
  const plan = planOf('A-USD', 'B-USD');
  plan.next();
  plan.told(channels('A-USD', 'B-USD'));
  plan.told(channels('A-USD'));
  expect(plan.next()).toEqual(subscribe('B-USD'));
});

it('without any answer the connection is good for nothing; with half an answer the rest is asked for in parts', () => {
  const plan = planOf('A-USD', 'B-USD', 'C-USD');
  plan.next();
  expect(plan.timedOut()).toBeNull();
  plan.told(channels('A-USD'));
  expect(plan.timedOut()).toEqual([]);
  expect(plan.next()).toEqual(subscribe('B-USD'));
  plan.told(channels('A-USD'));
  expect(plan.timedOut()).toMatchObject([{ productId: 'B-USD', named: false }]);
  expect(plan.next()).toEqual(subscribe('C-USD'));
});

it('adding a refused product asks for it again', () => {
  const plan = planOf('X-USD');
  play(plan, new Set(['X-USD']), (id) => `${id} is not a valid product`);
  expect(plan.askableCount).toBe(0);
  plan.add(['X-USD']);
  expect(plan.next()).toEqual(subscribe('X-USD'));
});
