import fc from 'fast-check';
import type { AssetDiscountRow } from './asset-discounts.js';
import { assetDiscountsOfDay } from './asset-discounts.js';
import { D, dailyOf, DAY } from './test-candles.js';
import { TOP_DISCOUNTS_COUNT, topDiscounts } from './top-discounts.js';

/** The row of a product whose price was 100 a day before. */
const rowOf = (productId: string, close: string | null, span = 1): AssetDiscountRow =>
  assetDiscountsOfDay({ productId, dayMs: D, daily: dailyOf({ 0: close, 1: '100', 2: '100' }), spans: [span] })[0]!;
const options = { span: 1, count: TOP_DISCOUNTS_COUNT, excluded: new Map() };

it('ranks by discount, falling, then by product id, five at most', () => {
  const rows = [
    ...[rowOf('F-USD', '95'), rowOf('E-USD', '90'), rowOf('D-USD', '50'), rowOf('C-USD', '80')],
    ...[rowOf('B-USD', '80'), rowOf('A-USD', '99'), rowOf('UP-USD', '101'), rowOf('SAME-USD', '100')],
  ];
  const top = topDiscounts(rows, options);
  expect(top.rows.map(({ rank, product_id: id, discount }) => [rank, id, discount])).toEqual([
    [1, 'D-USD', '0.5'],
    [2, 'B-USD', '0.2'],
    [3, 'C-USD', '0.2'],
    [4, 'E-USD', '0.1'],
    [5, 'F-USD', '0.05'],
  ]);
  expect(top.leftOut).toEqual([]);
});

it('has the columns of the table', () => {
  const [row] = topDiscounts([rowOf('B-USD', '80')], options).rows;
  expect(row).toEqual({
    ...{ as_of_date: '2024-02-01', rank: 1, product_id: 'B-USD', price: '80', reference_price: '100', reference_date: '2024-01-31' },
    ...{ change: '-0.2', discount: '0.2', high_n: '80', discount_to_high: '0' },
    ...{ present_days: 2, no_trade_days: 0, unknown_days: 0, definition_version: 1, inputs_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

it('has fewer rows when fewer qualify', () => {
  expect(topDiscounts([rowOf('B-USD', '80'), rowOf('UP-USD', '101')], options).rows).toHaveLength(1);
  expect(topDiscounts([rowOf('UP-USD', '101')], options)).toEqual({ rows: [], leftOut: [] });
  expect(topDiscounts([], options)).toEqual({ rows: [], leftOut: [] });
});

it('leaves out fx stablecoins, what somebody excluded, and what cannot be compared, and says why', () => {
  const excluded = new Map([
    ['EURC-USD', 'fx_stablecoin'],
    ['GONE-USD', 'fx_stablecoin'],
    ['USDT-USD', 'excluded'],
  ] as const);
  const rows = [rowOf('USDT-USD', '50'), rowOf('LOST-USD', '?'), rowOf('EURC-USD', '50'), rowOf('B-USD', '80'), rowOf('A-USD', '70', 30)];
  const top = topDiscounts(rows, { ...options, excluded });
  expect(top.rows.map(({ product_id: id }) => id)).toEqual(['B-USD']);
  expect(top.leftOut).toEqual([
    { product_id: 'EURC-USD', reason: 'fx_stablecoin' },
    { product_id: 'LOST-USD', reason: 'price_unknown' },
    { product_id: 'USDT-USD', reason: 'excluded' },
  ]);
});

it('ranks by the discounts that the table has: what rounds to nothing is none', () => {
  expect(topDiscounts([rowOf('A-USD', '99.9999996')], options).rows).toEqual([]);
  expect(topDiscounts([rowOf('A-USD', '99.9999994')], options).rows[0]?.discount).toBe('0.00000001');
});

it('refuses rows of two days, and a product that is there twice', () => {
  const late = { ...rowOf('A-USD', '80'), as_of_date: '2024-02-02' };
  expect(() => topDiscounts([rowOf('B-USD', '80'), late], options)).toThrow(/2024-02-02/);
  expect(() => topDiscounts([rowOf('B-USD', '80'), rowOf('B-USD', '81')], options)).toThrow(/B-USD is there twice/);
});

it('does not depend on the order of the rows, and ranks what nothing outside outranks', () => {
  const rows = fc.uniqueArray(fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 130 })), { selector: ([id]) => id, maxLength: 20 });
  fc.assert(
    fc.property(
      rows.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const top = (of: typeof list): ReturnType<typeof topDiscounts> =>
          topDiscounts(
            of.map(([id, close]) => rowOf(`P${id}-USD`, String(close))),
            options,
          );
        const { rows: ranked } = top(list);
        expect(top(shuffled).rows).toEqual(ranked);
        const closes = list.map(([, close]) => close).filter((close) => close < 100);
        expect(ranked.map(({ price }) => Number(price))).toEqual(closes.sort((a, b) => a - b).slice(0, TOP_DISCOUNTS_COUNT));
      },
    ),
    { numRuns: 50 },
  );
});

it('the hash follows the inputs of the row and its rank', () => {
  const hashOf = (rows: AssetDiscountRow[]): string => topDiscounts(rows, options).rows.at(-1)!.inputs_hash;
  const alone = hashOf([rowOf('B-USD', '80')]);
  expect(hashOf([rowOf('B-USD', '80'), rowOf('UP-USD', '101')])).toBe(alone);
  expect(hashOf([rowOf('B-USD', '80.1')])).not.toBe(alone);
  expect(hashOf([rowOf('B-USD', '80'), rowOf('A-USD', '70')])).not.toBe(alone);
  const later = assetDiscountsOfDay({ productId: 'B-USD', dayMs: D - DAY, daily: dailyOf({ 1: '80', 2: '100' }), spans: [1] });
  expect(hashOf(later)).not.toBe(alone);
});
