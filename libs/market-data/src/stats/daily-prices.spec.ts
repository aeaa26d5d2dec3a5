import { DailyPrices } from './daily-prices.js';
import { candleAt, D, dailyOf, DAY } from './test-candles.js';

describe('close(D)', () => {
  it('is of day D', () => {
    expect(dailyOf({ 0: '5 9 4 7 1', 1: '3' }).closeOf(D)).toEqual({ text: '7', value: 7, dayMs: D });
  });

  it('is of the day before when D is verified to have had no trade, with its date', () => {
    expect(dailyOf({ 0: null, 1: '3' }).closeOf(D)).toEqual({ text: '3', value: 3, dayMs: D - DAY });
  });

  it.each([
    ['D is unknown', { 0: '?', 1: '3', 2: '3' }, 'unknown'],
    ['D had no trade and the day before is unknown', { 0: null, 1: '?', 2: '3' }, 'unknown'],
    ['neither had a trade', { 0: null, 1: null, 2: '3' }, 'no_trade'],
    ['the product was not there yet', { 0: null, 1: null }, 'not_listed'],
  ] as const)('is null when %s', (_, days, why) => {
    const daily = dailyOf(days);
    expect(daily.closeOf(D)).toBeNull();
    expect(daily.whyNoClose(D)).toBe(why);
  });
});

describe('the high of N days', () => {
  it('is over D−N+1 to D, both included', () => {
    const daily = dailyOf({ 0: '1 4 1 1 1', 1: '1 6 1 1 1', 2: '1 5 1 1 1', 3: '1 99 1 1 1' });
    expect([1, 2, 3, 4].map((days) => daily.highOver(D, days)?.value)).toEqual([4, 6, 6, 99]);
    expect(daily.highOver(D, 2)?.text).toBe('6');
  });

  it('skips days verified to have had no trade, but not all of them', () => {
    const daily = dailyOf({ 0: null, 1: null, 2: '5', 3: '4' });
    expect(daily.highOver(D, 3)?.value).toBe(5);
    expect(daily.highOver(D, 2)).toBeNull();
  });

  it('is null when a day is unknown, or outside what was given', () => {
    const daily = dailyOf({ 0: '1', 1: '?', 2: '5' });
    expect(daily.highOver(D, 1)?.value).toBe(1);
    expect(daily.highOver(D, 2)).toBeNull();
    expect(daily.highOver(D, 50)).toBeNull();
  });

  it('is null unless the product was listed for all of them', () => {
    const days = { 0: '1', 1: '2', 2: null, 3: null };
    expect(dailyOf(days).highOver(D, 2)?.value).toBe(2);
    expect(dailyOf(days).highOver(D, 3)).toBeNull();
    // seen before its first trade: the day that holds the instant counts
    expect(dailyOf(days, D - 2 * DAY + 3_600_000).highOver(D, 3)?.value).toBe(2);
    expect(dailyOf(days, D - 2 * DAY + 3_600_000).highOver(D, 4)).toBeNull();
    // a first sighting later than a trade shows nothing
    expect(dailyOf(days, D).highOver(D, 2)?.value).toBe(2);
  });
});

it('a day that is not over is as unknown as one outside', () => {
  const open = [{ fromMs: D, toMs: D + DAY }];
  const daily = new DailyPrices({
    granularity: 86_400,
    fromMs: D - DAY,
    toMs: D + DAY,
    candles: [candleAt(D - DAY, '3')],
    unknownRanges: [],
    openRanges: open,
  });
  expect([daily.stateOn(D), daily.stateOn(D + DAY), daily.stateOn(D - 2 * DAY)]).toEqual(['open', 'unknown', 'unknown']);
  expect([daily.closeOf(D), daily.highOver(D, 1), daily.candleOn(D)]).toEqual([null, null, null]);
  expect(daily.whyNoClose(D)).toBe('unknown');
});

it('takes daily candles from a midnight on and nothing else', () => {
  const covered = { granularity: 86_400, fromMs: D, toMs: D + DAY, candles: [], unknownRanges: [], openRanges: [] } as const;
  expect(() => new DailyPrices({ ...covered, granularity: 60 })).toThrow(RangeError);
  expect(() => new DailyPrices({ ...covered, fromMs: D + 1, toMs: D + 1 + DAY })).toThrow(RangeError);
});
