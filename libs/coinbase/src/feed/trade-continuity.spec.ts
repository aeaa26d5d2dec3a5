import fc from 'fast-check';
import { LEAP_MIN, TradeContinuity } from './trade-continuity.js';

const BTC = 'BTC-USD';

function following(...ids: number[]): TradeContinuity {
  const continuity = new TradeContinuity();
  for (const id of ids) continuity.trade(BTC, id);
  return continuity;
}

it('ids that rise by one are new, without a hole', () => {
  const continuity = new TradeContinuity();
  for (const id of [7, 8, 9]) expect(continuity.trade(BTC, id)).toEqual({ kind: 'new', hole: null });
});

it('the same trade again is a double', () => {
  const continuity = following(7, 8);
  expect(continuity.trade(BTC, 8)).toEqual({ kind: 'double' });
  expect(continuity.trade(BTC, 7)).toEqual({ kind: 'double' });
});

it('what is older than the first trade is neither new nor double', () => {
  expect(following(7).trade(BTC, 6)).toEqual({ kind: 'before' });
});

it('a hole is told once, with both ends inside, and when it is filled', () => {
  const continuity = following(7);
  expect(continuity.trade(BTC, 11)).toEqual({ kind: 'new', hole: { fromId: 8, toId: 10 } });
  expect(continuity.trade(BTC, 12)).toEqual({ kind: 'new', hole: null });
  expect(continuity.trade(BTC, 9)).toEqual({ kind: 'late', filled: null });
  expect(continuity.trade(BTC, 9)).toEqual({ kind: 'double' });
  expect(continuity.trade(BTC, 8)).toEqual({ kind: 'late', filled: null });
  expect(continuity.trade(BTC, 10)).toEqual({ kind: 'late', filled: { fromId: 8, toId: 10 } });
  expect(continuity.trade(BTC, 10)).toEqual({ kind: 'double' });
});

it('products do not touch each other', () => {
  const continuity = following(7);
  expect(continuity.trade('ETH-USD', 900)).toEqual({ kind: 'new', hole: null });
  expect(continuity.trade(BTC, 8)).toEqual({ kind: 'new', hole: null });
});

it('a heartbeat ahead is a hole when the next one comes, once', () => {
  const continuity = following(7);
  expect(continuity.heartbeat(BTC, 9)).toBeNull();
  expect(continuity.heartbeat(BTC, 9)).toEqual({ fromId: 8, toId: 9 });
  expect(continuity.heartbeat(BTC, 9)).toBeNull();
  expect(continuity.trade(BTC, 9)).toEqual({ kind: 'late', filled: null });
  expect(continuity.trade(BTC, 10)).toEqual({ kind: 'new', hole: null });
  expect(continuity.trade(BTC, 8)).toEqual({ kind: 'late', filled: { fromId: 8, toId: 9 } });
});

it('a heartbeat that overtook its trade, or is behind, is no hole', () => {
  const continuity = following(7);
  expect(continuity.heartbeat(BTC, 8)).toBeNull();
  expect(continuity.trade(BTC, 8)).toEqual({ kind: 'new', hole: null });
  expect(continuity.heartbeat(BTC, 8)).toBeNull();
  expect(continuity.heartbeat(BTC, 5)).toBeNull();
  expect(continuity.trade(BTC, 9)).toEqual({ kind: 'new', hole: null });
});

it('a product without a trade yet is followed from its heartbeats on', () => {
  const continuity = new TradeContinuity();
  expect(continuity.heartbeat(BTC, 7)).toBeNull();
  expect(continuity.heartbeat(BTC, 7)).toBeNull();
  expect(continuity.trade(BTC, 9)).toEqual({ kind: 'new', hole: { fromId: 8, toId: 8 } });
});

it('one id that is far from all others is not believed, and costs nothing', () => {
  const continuity = following(100, 101);
  for (const wrongId of [101 + LEAP_MIN, Number.MAX_SAFE_INTEGER, 0])
    expect(continuity.trade(BTC, wrongId).kind).toBe(wrongId === 0 ? 'before' : 'leap');
  for (const wrongId of [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]) expect(continuity.heartbeat(BTC, wrongId)).toBeNull();
  expect(continuity.trade(BTC, 102)).toEqual({ kind: 'new', hole: null });
  expect(continuity.heartbeat(BTC, 102)).toBeNull();
});

it('a wrong heartbeat before the first trade tells nothing of the trades after it', () => {
  const continuity = new TradeContinuity();
  continuity.heartbeat(BTC, Number.MAX_SAFE_INTEGER);
  continuity.trade(BTC, 7);
  expect(continuity.heartbeat(BTC, 7)).toBeNull();
  expect(continuity.trade(BTC, 8)).toEqual({ kind: 'new', hole: null });
});

it.each([
  ['that go on far away', [7], 5 * LEAP_MIN],
  ['that began with a wrong one', [5 * LEAP_MIN], 7],
])('ids %s are followed there from the second one on', (_, before, fromId) => {
  const continuity = following(...before);
  const standings = [0, 1, 2, 4].map((more) => continuity.trade(BTC, fromId + more));
  expect(standings.map(({ kind }) => kind)).toEqual(['leap', 'new', 'new', 'new']);
  expect(standings.at(-1)).toEqual({ kind: 'new', hole: { fromId: fromId + 3, toId: fromId + 3 } });
});

it('a product that was forgotten begins anew', () => {
  const continuity = following(7);
  continuity.forget(BTC);
  expect(continuity.trade(BTC, 100)).toEqual({ kind: 'new', hole: null });
});

it('remembers so many ranges and no more; what was given up is never filled', () => {
  const continuity = new TradeContinuity(2);
  for (const id of [1, 3, 5, 7]) continuity.trade(BTC, id);
  expect(continuity.holesGivenUp).toBe(1);
  expect(continuity.trade(BTC, 2)).toEqual({ kind: 'double' });
  expect(continuity.trade(BTC, 4)).toEqual({ kind: 'late', filled: { fromId: 4, toId: 4 } });

  const torn = new TradeContinuity(2);
  for (const id of [1, 11, 3, 5]) torn.trade(BTC, id);
  expect(torn.holesGivenUp).toBe(1);
  const standings = [2, 4, 6, 7, 8, 9, 10].map((id) => torn.trade(BTC, id));
  expect(standings).toEqual([{ kind: 'double' }, ...Array(6).fill({ kind: 'late', filled: null })]);
});

it('in whatever order trades come, each counts once, and all holes told are filled when all are here', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 120 }), (ids) => {
      const continuity = new TradeContinuity();
      const counted: number[] = [];
      const open = new Set<string>();
      const offer = (id: number): void => {
        const standing = continuity.trade(BTC, id);
        if (standing.kind === 'new' && standing.hole !== null) open.add(JSON.stringify(standing.hole));
        if (standing.kind === 'late' && standing.filled !== null) expect(open.delete(JSON.stringify(standing.filled))).toBe(true);
        if (standing.kind === 'new' || standing.kind === 'late') counted.push(id);
      };
      ids.forEach(offer);
      const [first = 0] = ids;
      expect([...counted].sort((a, b) => a - b)).toEqual([...new Set(ids.filter((id) => id >= first))].sort((a, b) => a - b));
      for (let id = first; id <= 40; id++) offer(id);
      expect(counted).toHaveLength(41 - first);
      expect(open.size).toBe(0);
    }),
  );
});
