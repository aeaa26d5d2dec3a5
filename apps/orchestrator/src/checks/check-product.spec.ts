import { checkProduct } from './check-product.js';
import type { ProductDay } from './check-product.js';

const rules = { unknownShareMax: 0.01, volumeShareMin: 0.02, jumpSigmas: 6 };
const flat = { open: 100, high: 101, low: 99, close: 100, volume: 50 };
/** 31 days before, whose closes go up and down by a hundredth. */
const before = Array.from({ length: 31 }, (_, i) => ({ daysBefore: 31 - i, close: i % 2 === 0 ? 100 : 101, volume: 40 + i }));
const good: ProductDay = {
  productId: 'BTC-USD',
  window: { present: 1_440, unknown: 0, rows: 1_440 },
  minutes: { ...flat, lastMinute: 1_439 },
  day: flat,
  before,
};
const outcomes = (part: Partial<ProductDay>): Record<string, string> =>
  Object.fromEntries(checkProduct({ ...good, ...part }, rules).map(({ name, outcome }) => [name, outcome]));
const passed = { freshness: 'passed', coverage: 'passed', volume: 'passed', day_candle: 'passed', price_jump: 'passed' };

it('a day as any other passes', () => {
  expect(outcomes({})).toEqual(passed);
});

it.each<[string, Partial<ProductDay>, Record<string, string>]>([
  [
    'a day that is not loaded',
    { window: null, minutes: null },
    { freshness: 'failed', coverage: 'skipped', volume: 'skipped', day_candle: 'skipped' },
  ],
  ['a day without a trade', { minutes: null, day: null }, { freshness: 'warned', volume: 'failed', price_jump: 'skipped' }],
  ['a last trade three hours before the end', { minutes: { ...flat, lastMinute: 1_439 - 180 } }, {}],
  ['a last trade longer before the end', { minutes: { ...flat, lastMinute: 1_439 - 181 } }, { freshness: 'warned' }],
  [
    'as many unknown minutes as may be',
    { window: { present: 1_426, unknown: 14, rows: 1_426 } },
    { coverage: 'warned', day_candle: 'skipped' },
  ],
  ['more of them', { window: { present: 1_425, unknown: 15, rows: 1_425 } }, { coverage: 'failed', day_candle: 'skipped' }],
  ['rows that the ledger does not know of', { window: { present: 1_439, unknown: 0, rows: 1_440 } }, { coverage: 'failed' }],
  ['a volume just large enough', { minutes: { ...flat, volume: 1.1, lastMinute: 1_439 }, day: { ...flat, volume: 1.1 } }, {}],
  ['a smaller one', { minutes: { ...flat, volume: 1.09, lastMinute: 1_439 }, day: { ...flat, volume: 1.09 } }, { volume: 'failed' }],
  ['an enormous one', { minutes: { ...flat, volume: 1_101, lastMinute: 1_439 }, day: { ...flat, volume: 1_101 } }, { volume: 'warned' }],
  ['too few days before', { before: before.slice(-6) }, { volume: 'skipped', price_jump: 'skipped' }],
  ['days before with a hole at the end', { before: before.slice(0, -1) }, { price_jump: 'skipped' }],
  ['a candle that is a thousandth off', { day: { ...flat, high: 101.1 } }, { day_candle: 'warned' }],
  ['a candle that is more than that off', { day: { ...flat, high: 101.2 } }, { day_candle: 'failed' }],
  ['rounding of the volume', { day: { ...flat, volume: 50 + 1e-8 } }, {}],
  ['a volume that is a hundredth off', { day: { ...flat, volume: 49.6 } }, { day_candle: 'warned' }],
  ['no candle of the day', { day: null }, { day_candle: 'skipped' }],
  ['a candle of the day and no minutes', { minutes: null }, { day_candle: 'failed', freshness: 'warned', volume: 'failed' }],
  ['a fall by a tenth', { minutes: { ...flat, close: 90, lastMinute: 1_439 }, day: { ...flat, close: 90 } }, { price_jump: 'warned' }],
])('%s', (_what, part, differing) => {
  expect(outcomes(part)).toEqual({ ...passed, ...differing });
});

it('says what it found in one sentence, with the figures', () => {
  const results = checkProduct({ ...good, day: { ...flat, close: 120, low: 80 } }, rules);
  expect(results.find(({ name }) => name === 'day_candle')).toEqual({
    ...{ name: 'day_candle', productId: 'BTC-USD', outcome: 'failed' },
    text: "the day's candle and its minutes differ in low, close",
    figures: { minutes: flat, day: { ...flat, close: 120, low: 80 } },
  });
});
