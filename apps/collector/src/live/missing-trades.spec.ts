import { MISSING_MAX, MissingTrades } from './missing-trades.js';

let missing: MissingTrades;
beforeEach(() => {
  missing = new MissingTrades();
});

it('asks once for holes that lie near each other', () => {
  for (const id of [5, 9, 7]) expect(missing.add({ fromId: id, toId: id })).toBe(0);
  expect(missing.take()).toEqual({ fromId: 5, toId: 9 });
  expect(missing.take()).toBeNull();
});

it('asks for a wide hole page by page, the newest first', () => {
  missing.add({ fromId: 1, toId: 2_500 });
  expect([missing.take(), missing.take(), missing.take(), missing.take()]).toEqual([
    { fromId: 1_501, toId: 2_500 },
    { fromId: 501, toId: 1_500 },
    { fromId: 1, toId: 500 },
    null,
  ]);
});

it('asks apart for what lies apart', () => {
  missing.add({ fromId: 1, toId: 2 });
  missing.add({ fromId: 5_000, toId: 5_001 });
  expect([missing.take(), missing.take()]).toEqual([
    { fromId: 5_000, toId: 5_001 },
    { fromId: 1, toId: 2 },
  ]);
});

it('gives up the oldest when too many are missing', () => {
  expect(missing.add({ fromId: 1, toId: 100 })).toBe(0);
  expect(missing.add({ fromId: 200, toId: 199 + MISSING_MAX })).toBe(100);
  expect(missing.count).toBe(MISSING_MAX);
  expect(missing.add({ fromId: 90_000, toId: 90_000 })).toBe(MISSING_MAX);
});
