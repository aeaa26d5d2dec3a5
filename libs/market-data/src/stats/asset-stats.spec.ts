import fc from 'fast-check';
import { canonicalDecimal } from '../canonical-decimal.js';
import type { AssetStatsInput, AssetStatsRow } from './asset-stats.js';
import { assetStatsOfDay, lastPriceOf } from './asset-stats.js';
import type { CoveredCandles } from './covered-candles.js';
import { candleAt, D, dailyOf, DAY, MINUTE, minutesOf } from './test-candles.js';

/** Closes of D−31 to D, by how long before D. */
const month = (closeOf: (before: number) => string | null): Record<number, string | null> =>
  Object.fromEntries(Array.from({ length: 32 }, (_, before) => [before, closeOf(before)]));
const flat = dailyOf(month(() => '100'));
const stats = (minutes: CoveredCandles, more: Partial<AssetStatsInput> = {}): AssetStatsRow =>
  assetStatsOfDay({ productId: 'BTC-USD', minutes, priceBefore: null, daily: flat, ...more });

const DAY_OF_TWO = { 10: '10 14 9 12 2', 700: '12 13 8 11 3' };
const unknown = (first: number, periods: number): Partial<CoveredCandles> => ({
  unknownRanges: [{ fromMs: D + first * MINUTE, toMs: D + (first + periods) * MINUTE }],
});

describe('a day', () => {
  it('is what its minutes give', () => {
    expect(stats(minutesOf(DAY_OF_TWO), { daily: dailyOf({ 0: '10 14 8 11 5' }) })).toMatchObject({
      ...{ product_id: 'BTC-USD', as_of_date: '2024-02-01' },
      ...{ open: '10', high: '14', low: '8', close: '11', close_date: '2024-02-01' },
      // typical (14 + 9 + 12) / 3 × 2 + (13 + 8 + 11) / 3 × 3 = 23.333… + 32 = 55.333…, a fifth of it 11.0666…
      ...{ volume: '5', quote_volume: '55.3333333333', vwap: '11.0666666667', vwap_source: 'candles', trade_count: null },
      ...{ partial: false, mismatch: false, rv_1d: null },
      ...{ present_minutes: 2, no_trade_minutes: 1_438, unknown_minutes: 0, open_minutes: 0, definition_version: 1 },
    });
  });

  it('does not depend on the order of its candles, nor on how they are written', () => {
    const row = stats(minutesOf(DAY_OF_TWO));
    const candles = [candleAt(D + 700 * MINUTE, '12.0 13.00 8 1.1e1 3'), candleAt(D + 10 * MINUTE, '10 14 9 12 02')];
    expect(stats(minutesOf({}, { candles }))).toEqual(row);
  });

  it('has no vwap when nothing was traded, though prices stand', () => {
    expect(stats(minutesOf({ 5: '10 12 9 11 0' }))).toMatchObject({
      high: '12',
      volume: '0',
      quote_volume: '0',
      vwap: null,
      vwap_source: null,
    });
  });

  it('takes prices over as they stand, digit by digit', () => {
    const value = '12345678901234.0123456789';
    expect(stats(minutesOf({ 5: value }))).toMatchObject({ open: value, high: value, low: value, close: value });
  });

  it.each([
    ['a wrong number', { 5: '1 2 x 1 1' }],
    ['a value below zero', { 5: '1 2 1 1 -1' }],
    ['no number', { 5: '1 2  1 1' }],
  ])('refuses %s', (_, values) => {
    expect(() => stats(minutesOf(values))).toThrow(RangeError);
  });

  it('is a whole UTC day of minutes', () => {
    expect(() => stats(minutesOf({}, { toMs: D + 2 * DAY }))).toThrow(/not the minutes of 2024-02-01/);
    expect(() => stats(minutesOf({}, { granularity: 300 }))).toThrow(/not the minutes of 2024-02-01/);
    expect(() => stats(minutesOf({}, { fromMs: D + MINUTE, toMs: D + DAY + MINUTE }))).toThrow(/not the start of a UTC day/);
  });
});

describe('a day without a trade', () => {
  it('has volume 0, no prices of its own, and the close of the day before with its date', () => {
    expect(stats(minutesOf({}), { daily: dailyOf({ 0: null, 1: '8 9 7 8.5 1', 2: '8' }) })).toMatchObject({
      ...{ open: null, high: null, low: null, close: '8.5', close_date: '2024-01-31', volume: '0', quote_volume: '0' },
      ...{ vwap: null, vwap_source: null, rv_1d: null, partial: false, mismatch: false },
      // close(D) and close(D−1) are the same close
      ...{ return_1d: '0', present_minutes: 0, no_trade_minutes: 1_440 },
    });
  });

  it.each([
    ['had no trade either', null],
    ['is unknown', '?'],
  ])('has no close when the day before %s', (_, before) => {
    const row = stats(minutesOf({}), { daily: dailyOf({ 0: null, 1: before, 2: '8' }) });
    expect(row).toMatchObject({ close: null, close_date: null, return_1d: null });
  });
});

describe('a day with unknown minutes', () => {
  const full = Object.fromEntries(Array.from({ length: 1_439 }, (_, i) => [i, i % 2 === 0 ? '100' : '101']));

  it('gives values, marked as partial, and no volatility', () => {
    expect(stats(minutesOf({ ...full, 1_439: '100' })).rv_1d).not.toBeNull();
    expect(stats(minutesOf(full, unknown(1_439, 1)))).toMatchObject({
      ...{ open: '100', high: '101', close: '100', close_date: '2024-02-01', volume: '1439', partial: true },
      ...{ rv_1d: null, vol_30d: null, mismatch: null, return_1d: '0', unknown_minutes: 1 },
    });
  });

  it('is as partial while it is not over', () => {
    const { unknownRanges: openRanges } = unknown(1_439, 1);
    expect(stats(minutesOf(full, { openRanges }))).toMatchObject({ partial: true, rv_1d: null, vol_30d: null, open_minutes: 1 });
  });

  it('has no volume when no minute is known, for it may have had one', () => {
    expect(stats(minutesOf({}, unknown(0, 1_440)))).toMatchObject({ close: null, volume: null, quote_volume: null, partial: true });
    expect(stats(minutesOf({}, unknown(0, 1)))).toMatchObject({ close: null, close_date: null, volume: null, partial: true });
  });
});

describe('the day and its own candle', () => {
  const mismatch = (candle: string | null): boolean | null => stats(minutesOf(DAY_OF_TWO), { daily: dailyOf({ 0: candle }) }).mismatch;

  it.each([
    ['10 14 8 11 5', false],
    ['10 14 8 11 5.000001', false],
    ['10 14 8 11 5.00001', true],
    ['10.1 14 8 11 5', true],
    ['10 14.1 8 11 5', true],
    ['10 14 7.9 11 5', true],
    ['10 14 8 11.1 5', true],
    [null, true],
    ['?', null],
  ])('%s is a mismatch: %s', (candle, marked) => {
    expect(mismatch(candle)).toBe(marked);
  });

  it('is a mismatch when only the day had a trade', () => {
    expect(stats(minutesOf({}), { daily: dailyOf({ 0: '1' }) }).mismatch).toBe(true);
  });

  it('compares large volumes to a part in a thousand million', () => {
    const of = (volume: string): boolean | null =>
      stats(minutesOf({ 1: '1 1 1 1 1000000000000' }), { daily: dailyOf({ 0: `1 1 1 1 ${volume}` }) }).mismatch;
    expect([of('1000000000999'), of('1000000001002')]).toEqual([false, true]);
  });
});

describe('over days', () => {
  it('returns are close(D) / close(D−N) − 1 of daily candles', () => {
    const daily = dailyOf({ 0: '90', 1: '100', 7: '80', 30: '120' });
    expect(stats(minutesOf({ 0: '90' }), { daily })).toMatchObject({ return_1d: '-0.1', return_7d: '0.125', return_30d: '-0.25' });
  });

  it('returns take a carried close, and are null where there is none', () => {
    const daily = dailyOf({ 0: '90', 1: '?', 7: null, 8: '60', 30: null, 31: null });
    expect(stats(minutesOf({ 0: '90' }), { daily })).toMatchObject({ return_1d: null, return_7d: '0.5', return_30d: null });
    expect(stats(minutesOf({ 0: '90' }), { daily: dailyOf({ 0: '90', 1: '0' }) }).return_1d).toBeNull();
  });

  it('volatility needs all 30 returns', () => {
    // ±ln 2 in turn: mean 0, variance 30 / 29 × ln² 2
    const closeOf = (before: number): string => (before % 2 === 0 ? '2' : '1');
    const expected = (Math.sqrt((30 / 29) * 365) * Math.LN2).toFixed(8);
    const whole = minutesOf({ 0: '2' });
    expect(stats(whole, { daily: dailyOf(month(closeOf)) }).vol_30d).toBe(expected);
    expect(stats(whole, { daily: dailyOf({ ...month(closeOf), 31: '?' }) }).vol_30d).toBe(expected);
    expect(stats(whole, { daily: dailyOf({ ...month(closeOf), 30: '?' }) }).vol_30d).toBeNull();
    expect(stats(whole, { daily: dailyOf({ ...month(closeOf), 12: '?' }) }).vol_30d).toBeNull();
    expect(stats(whole, { daily: dailyOf({ ...month(() => '7'), 12: null }) }).vol_30d).toBe('0');
    expect(stats(whole, { daily: dailyOf({ ...month(() => '7'), 12: null, 13: null }) }).vol_30d).toBeNull();
  });
});

describe('the price before the day', () => {
  it('is the last close of a whole day, in whatever order its candles come', () => {
    expect(lastPriceOf(minutesOf({ 3: '5', 900: '6 7 5 6.50 1' }))).toBe('6.5');
    expect(lastPriceOf(minutesOf({}, { candles: [candleAt(D + 9 * MINUTE, '4'), candleAt(D, '3')] }))).toBe('4');
  });

  it('is not known when a minute is not, or nothing was traded', () => {
    expect(lastPriceOf(minutesOf({ 3: '5' }, unknown(0, 1)))).toBeNull();
    expect(lastPriceOf(minutesOf({ 3: '5' }, { openRanges: unknown(9, 1).unknownRanges! }))).toBeNull();
    expect(lastPriceOf(minutesOf({}))).toBeNull();
  });

  it('is where the first of the day’s returns starts', () => {
    const full = Object.fromEntries(Array.from({ length: 288 }, (_, i) => [i * 5, '100']));
    expect(stats(minutesOf(full), { priceBefore: null }).rv_1d).toBe('0');
    expect(stats(minutesOf(full), { priceBefore: '110.0' }).rv_1d).toBe((Math.sqrt(365) * Math.log(1.1)).toFixed(8));
    expect(() => stats(minutesOf(full), { priceBefore: '-1' })).toThrow(RangeError);
  });
});

describe('the hash of the inputs', () => {
  const hash = (...args: Parameters<typeof stats>): string => stats(...args).inputs_hash;
  const before = hash(minutesOf(DAY_OF_TWO));

  it('is the same for the same values and coverage, however they are cut and ordered', () => {
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    const cut = [...unknown(1_000, 5).unknownRanges!, ...unknown(1_005, 5).unknownRanges!];
    const joined = hash(minutesOf(DAY_OF_TWO, unknown(1_000, 10)));
    expect(hash(minutesOf(DAY_OF_TWO, { unknownRanges: cut }))).toBe(joined);
    expect(hash(minutesOf(DAY_OF_TWO, { unknownRanges: cut.toReversed() }))).toBe(joined);
    expect(hash(minutesOf(DAY_OF_TWO, { openRanges: cut }))).not.toBe(joined);
    expect(hash(minutesOf(DAY_OF_TWO), { daily: dailyOf({ ...month(() => '100'), 35: '7' }) })).toBe(before);
  });

  it.each<[string, CoveredCandles, Partial<AssetStatsInput>]>([
    ['a value', minutesOf({ ...DAY_OF_TWO, 700: '12 13 8 11 3.1' }), {}],
    ['a minute', minutesOf({ 11: DAY_OF_TWO[10], 700: DAY_OF_TWO[700] }), {}],
    ['unknown minutes', minutesOf(DAY_OF_TWO, unknown(1_000, 10)), {}],
    ['open minutes', minutesOf(DAY_OF_TWO, { openRanges: unknown(1_000, 10).unknownRanges! }), {}],
    ['the product', minutesOf(DAY_OF_TWO), { productId: 'ETH-USD' }],
    ['the price before', minutesOf(DAY_OF_TWO), { priceBefore: '10' }],
    ['the daily candle', minutesOf(DAY_OF_TWO), { daily: dailyOf({ ...month(() => '100'), 0: '100 101 100 100 1' }) }],
    ['whether the day is known', minutesOf(DAY_OF_TWO), { daily: dailyOf({ ...month(() => '100'), 0: '?' }) }],
    ['a close 30 days before', minutesOf(DAY_OF_TWO), { daily: dailyOf({ ...month(() => '100'), 30: '99' }) }],
  ])('changes with %s', (_, minutes, more) => {
    expect(hash(minutes, more)).not.toBe(before);
  });
});

it('keeps vwap from low to high and close between them, for any minutes in any order', () => {
  const price = fc.integer({ min: 1, max: 10_000_000 }).map((n) => n / 1_000);
  const minute = fc.record({
    prices: fc.tuple(price, price, price, price),
    volume: fc.integer({ min: 0, max: 1_000_000 }),
    at: fc.nat(1_439),
  });
  fc.assert(
    fc.property(fc.uniqueArray(minute, { selector: ({ at }) => at, minLength: 1, maxLength: 40 }), (minutes) => {
      const candles = minutes.map(({ prices, volume, at }) => {
        const [low, open, close, high] = prices.toSorted((a, b) => a - b);
        return candleAt(D + at * MINUTE, `${open} ${high} ${low} ${close} ${volume / 1_000}`);
      });
      const row = stats(minutesOf({}, { candles }));
      const { low, high, close, vwap } = row;
      expect(stats(minutesOf({}, { candles: candles.toReversed() }))).toEqual(row);
      expect(Number(close)).toBeGreaterThanOrEqual(Number(low));
      expect(Number(close)).toBeLessThanOrEqual(Number(high));
      expect(vwap === null).toBe(minutes.every(({ volume }) => volume === 0));
      if (vwap === null) return;
      expect(Number(vwap)).toBeGreaterThanOrEqual(Number(low));
      expect(Number(vwap)).toBeLessThanOrEqual(Number(high));
    }),
  );
});

it('keeps vwap at the price when there is one price only, also where doubles lie wider apart than its last place', () => {
  const price = fc
    .tuple(fc.integer({ min: 1, max: 10 ** 12 }), fc.integer({ min: 0, max: 10 }))
    .map(([n, places]) => canonicalDecimal(`${n}e-${places}`));
  fc.assert(
    fc.property(price, fc.array(fc.nat(10 ** 6), { minLength: 1, maxLength: 30 }), (text, volumes) => {
      const values = Object.fromEntries(volumes.map((volume, i) => [i, `${text} ${text} ${text} ${text} ${volume + 1}`]));
      expect(stats(minutesOf(values)).vwap).toBe(text);
    }),
  );
  const large = '98765432.1';
  expect(stats(minutesOf({ 0: large, 1: large, 2: large })).vwap).toBe(large);
});
