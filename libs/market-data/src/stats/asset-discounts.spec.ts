import fc from 'fast-check';
import type { AssetDiscountRow } from './asset-discounts.js';
import { assetDiscountsOfDay } from './asset-discounts.js';
import { assetStatsOfDay } from './asset-stats.js';
import type { DailyPrices } from './daily-prices.js';
import { D, dailyOf, DAY, minutesOf } from './test-candles.js';

const over = (span: number, daily: DailyPrices, productId = 'BTC-USD'): AssetDiscountRow =>
  assetDiscountsOfDay({ productId, dayMs: D, daily, spans: [span] })[0]!;

describe('a product that fell', () => {
  it('stands below its price of N days before, and below its high since', () => {
    const daily = dailyOf({ 0: '80 82 79 75 1', 1: '90', 2: '95 125 90 90 1', 3: '100' });
    const expected = {
      ...{ product_id: 'BTC-USD', as_of_date: '2024-02-01', span_days: 3, close: '75', close_date: '2024-02-01' },
      ...{ reference_price: '100', reference_date: '2024-01-29', change: '-0.25', discount: '0.25' },
      // 1 − 75 / 125; the 100 of D−3 is outside
      ...{ high_n: '125', discount_to_high: '0.4', missing: null },
      ...{ present_days: 4, no_trade_days: 0, unknown_days: 0, definition_version: 1 },
    };
    expect(over(3, daily)).toMatchObject(expected);
  });

  it('has a row per span, in the order given', () => {
    const daily = dailyOf({ 0: '75', 1: '100', 2: '150' });
    const rows = assetDiscountsOfDay({ productId: 'BTC-USD', dayMs: D, daily, spans: [2, 1] });
    expect(rows.map(({ span_days: span, discount }) => [span, discount])).toEqual([
      [2, '0.5'],
      [1, '0.25'],
    ]);
  });
});

it('a product that rose has no discount, which is 0 and not null', () => {
  expect(over(1, dailyOf({ 0: '125 130 120 125 1', 1: '100' }))).toMatchObject({
    change: '0.25',
    discount: '0',
    discount_to_high: '0.03846154',
  });
});

it('closes are carried over one day verified to have had no trade, with their dates', () => {
  const daily = dailyOf({ 0: null, 1: '8 10 7 8 1', 2: null, 3: '10', 4: '9' });
  expect(over(2, daily)).toMatchObject({
    ...{ close: '8', close_date: '2024-01-31', reference_price: '10', reference_date: '2024-01-29', change: '-0.2', discount: '0.2' },
    ...{ high_n: '10', discount_to_high: '0.2', missing: null, present_days: 1, no_trade_days: 2, unknown_days: 0 },
  });
});

describe('without a price', () => {
  it.each([
    ['price_unknown', { 0: '?', 1: '9', 2: '10' }],
    ['price_no_trade', { 0: null, 1: null, 2: '10' }],
    ['price_not_listed', { 0: null, 1: null, 2: null }],
    ['reference_unknown', { 0: '8', 1: '9', 2: '?' }],
    ['reference_no_trade', { 0: '8', 1: '9', 2: null, 3: null, 4: '10' }],
    ['reference_not_listed', { 0: '8', 1: '9', 2: null, 3: null }],
    ['reference_zero', { 0: '8', 1: '9', 2: '0' }],
  ])('%s: change and discount are null', (missing, days) => {
    expect(over(2, dailyOf(days))).toMatchObject({ missing, change: null, discount: null });
  });

  it('the high stands or falls on its own', () => {
    expect(over(2, dailyOf({ 0: '8', 1: '10', 2: '?' }))).toMatchObject({ high_n: '10', discount_to_high: '0.2', unknown_days: 1 });
    expect(over(2, dailyOf({ 0: '8', 1: '?', 2: '10' }))).toMatchObject({ discount: '0.2', high_n: null, discount_to_high: null });
    expect(over(2, dailyOf({ 0: '?', 1: '9', 2: '10' }))).toMatchObject({ high_n: null, discount_to_high: null });
  });
});

it('a close above the high is not a negative discount', () => {
  expect(over(1, dailyOf({ 0: '8 9 8 9.5 1', 1: '8' }))).toMatchObject({ high_n: '9', discount_to_high: '0' });
});

it.each([[[0]], [[-1]], [[1.5]], [[7, 30, 7]]])('refuses the spans %j', (spans) => {
  expect(() => assetDiscountsOfDay({ productId: 'BTC-USD', dayMs: D, daily: dailyOf({}), spans })).toThrow(RangeError);
});

it('refuses an instant within the day', () => {
  expect(() => assetDiscountsOfDay({ productId: 'BTC-USD', dayMs: D + 1, daily: dailyOf({}), spans: [7] })).toThrow(RangeError);
});

it('the hash follows what the row rests on, and nothing else', () => {
  const days = { 0: '8', 1: '10', 2: '9', 3: '7' };
  const hash = (change: Record<number, string | null>, span = 2): string => over(span, dailyOf({ ...days, ...change })).inputs_hash;
  const same = hash({});
  expect(same).toMatch(/^[0-9a-f]{64}$/);
  expect([hash({ 1: '5 10 4 6 77' }), hash({ 3: '6' })]).toEqual([same, same]);
  const changes: Record<number, string | null>[] = [{ 0: '8.1' }, { 2: '9.1' }, { 1: '10.1' }, { 2: null }, { 1: '?' }];
  for (const change of changes) expect(hash(change)).not.toBe(same);
  expect(hash({}, 1)).not.toBe(same);
  expect(over(2, dailyOf(days), 'ETH-USD').inputs_hash).not.toBe(same);
});

it('discounts are from 0 to 1, discount is the return of the stats, for any days', () => {
  const day = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.nat(500)).map(([close, up]) => `${close} ${close + up} 1 ${close} 1`),
    },
    { weight: 1, arbitrary: fc.constantFrom(null, '?') },
  );
  fc.assert(
    fc.property(fc.array(day, { minLength: 41, maxLength: 41 }), (days) => {
      const daily = dailyOf(Object.fromEntries(days.map((value, before) => [before, value])));
      const stats = assetStatsOfDay({ productId: 'BTC-USD', minutes: minutesOf({}), priceBefore: null, daily });
      for (const row of assetDiscountsOfDay({ productId: 'BTC-USD', dayMs: D, daily, spans: [1, 7, 30] })) {
        expect(row.change).toBe(stats[`return_${row.span_days as 1 | 7 | 30}d`]);
        expect(row.missing === null).toBe(row.change !== null);
        expect(row.present_days + row.no_trade_days + row.unknown_days).toBe(row.span_days + 1);
        for (const discount of [row.discount, row.discount_to_high].filter((value) => value !== null)) {
          expect(Number(discount)).toBeGreaterThanOrEqual(0);
          expect(Number(discount)).toBeLessThan(1);
        }
        const known = Array.from({ length: row.span_days }, (_, before) => daily.stateOn(D - before * DAY));
        if (row.high_n !== null) expect(known).not.toContain('unknown');
      }
    }),
  );
});
