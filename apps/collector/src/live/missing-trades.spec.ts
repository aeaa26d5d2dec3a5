import { MissingTrades } from './missing-trades.js';

let missing: MissingTrades;
beforeEach(() => {
  missing = new MissingTrades(10_000);
});

it('asks once for holes that lie near each other', () => {
  for (const id of [5, 9, 7]) expect(missing.add({ fromId: id, toId: id })).toBe(0);
  expect(missing.take()).toEqual([
    { fromId: 5, toId: 5 },
    { fromId: 7, toId: 7 },
    { fromId: 9, toId: 9 },
  ]);
  expect(missing.take()).toEqual([]);
});

it('asks for a wide hole page by page, the newest first', () => {
  missing.add({ fromId: 1, toId: 2_500 });
  expect([missing.take(), missing.take(), missing.take(), missing.take()]).toEqual([
    [{ fromId: 1_501, toId: 2_500 }],
    [{ fromId: 501, toId: 1_500 }],
    [{ fromId: 1, toId: 500 }],
    [],
  ]);
});

it('asks apart for what lies apart', () => {
  missing.add({ fromId: 1, toId: 2 });
  missing.add({ fromId: 5_000, toId: 5_001 });
  expect([missing.take(), missing.take()]).toEqual([[{ fromId: 5_000, toId: 5_001 }], [{ fromId: 1, toId: 2 }]]);
});

it('gives up the oldest when too many are missing', () => {
  expect(missing.add({ fromId: 1, toId: 100 })).toBe(0);
  expect(missing.add({ fromId: 200, toId: 10_149 })).toBe(50);
  expect(missing.count).toBe(10_000);
  expect(missing.add({ fromId: 90_000, toId: 90_059 })).toBe(60);
  expect(missing.add({ fromId: 100_000, toId: 150_000 })).toBe(50_001);
  expect([missing.count, missing.take()]).toEqual([10_000, [{ fromId: 149_001, toId: 150_000 }]]);
});

it('asks for nothing when nothing may be asked for', () => {
  const none = new MissingTrades(0);
  expect([none.add({ fromId: 1, toId: 3 }), none.take()]).toEqual([3, []]);
});

it('what came by itself is not asked for', () => {
  missing.add({ fromId: 1, toId: 5 });
  for (const id of [1, 3, 5, 9]) missing.remove(id);
  expect(missing.take()).toEqual([
    { fromId: 2, toId: 2 },
    { fromId: 4, toId: 4 },
  ]);
  missing.add({ fromId: 7, toId: 7 });
  missing.remove(7);
  expect(missing.take()).toEqual([]);
});
