import { dayAnchor } from './day-anchor.js';
import { dayOfTrade, madeProduct, makeDay, MINUTES_PER_DAY } from './make-day.js';
import type { MadeDay } from './make-day.js';
import { CALIBRATED_PRODUCT_IDS, LISTED_DAY, profileOf } from './product-profiles.js';

const DECIMALS = { price: 2, size: 8 };
const product = (id: string, seed = 'elias'): ReturnType<typeof madeProduct> => madeProduct(seed, profileOf(id, DECIMALS));
const tradesIn = (day: MadeDay, minute: number): number => (day.tradesBefore[minute + 1] ?? 0) - (day.tradesBefore[minute] ?? 0);
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;
const DAY = 19_692;

it('a day is the same whatever was made before it, and another for another seed, product or day', () => {
  const day = makeDay(product('UNI-USD'), DAY);
  makeDay(product('UNI-USD'), DAY + 1);
  expect(makeDay(product('UNI-USD'), DAY)).toEqual(day);
  expect(makeDay(product('UNI-USD', 'other'), DAY).close).not.toEqual(day.close);
  expect(makeDay(product('FIL-USD'), DAY).close).not.toEqual(day.close);
  expect(makeDay(product('UNI-USD'), DAY + 1).close).not.toEqual(day.close);
});

it.each(['BTC-USD', 'ETC-USD', 'SHIB-USD', 'ANY-USD'])('candles of %s are such as trades make', (id) => {
  const day = makeDay(product(id), DAY);
  const traded = Array.from({ length: MINUTES_PER_DAY }, (_, minute) => minute).filter((minute) => tradesIn(day, minute) > 0);
  const quiet = Array.from({ length: MINUTES_PER_DAY }, (_, minute) => minute).filter((minute) => tradesIn(day, minute) === 0);
  const columns = [day.open, day.high, day.low, day.close, day.volume];
  expect(quiet.filter((minute) => columns.some((column) => at(column, minute) !== 0))).toEqual([]);
  const wrong = traded.filter((minute) => {
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = columns.map((column) => at(column, minute));
    const whole = [open, high, low, close, volume].every((value) => Number.isSafeInteger(value) && value >= 1);
    const ordered = high >= Math.max(open, close) && low <= Math.min(open, close);
    const trades = tradesIn(day, minute);
    return !whole || !ordered || volume < trades || trades < new Set([open, high, low, close]).size;
  });
  expect(wrong).toEqual([]);
  expect(traded.length).toBeGreaterThan(100);
});

it('days join: ids without a hole, prices without a jump', () => {
  const btc = product('BTC-USD');
  for (let day = DAY; day < DAY + 20; day += 1) {
    const [one, next] = [makeDay(btc, day), makeDay(btc, day + 1)];
    expect(next.firstTradeId).toBe(one.firstTradeId + (one.tradesBefore[MINUTES_PER_DAY] ?? 0));
    expect(Math.abs(Math.log(at(next.open, 0) / at(one.close, MINUTES_PER_DAY - 1)))).toBeLessThan(0.001);
  }
});

it('finds the day of a trade', () => {
  for (const id of ['BTC-USD', 'MKR-USD']) {
    for (const day of [LISTED_DAY, LISTED_DAY + 1, DAY, DAY + 1]) {
      const { firstTradeId, tradesBefore } = makeDay(product(id), day);
      expect(dayOfTrade(product(id), firstTradeId)).toBe(day);
      expect(dayOfTrade(product(id), firstTradeId + (tradesBefore[MINUTES_PER_DAY] ?? 0) - 1)).toBe(day);
    }
  }
  expect(makeDay(product('BTC-USD'), LISTED_DAY).firstTradeId).toBe(1);
});

it('nothing was traded before the listing', () => {
  const day = makeDay(product('BTC-USD'), LISTED_DAY - 1);
  expect(day.tradesBefore[MINUTES_PER_DAY]).toBe(0);
  expect(day.volume.every((volume) => volume === 0)).toBe(true);
});

describe('calibration on 2023, over 60 days', () => {
  /** Share of minutes without a trade, and of those with a trade that have one price; mean volume of the latter. */
  const RECORDED: Record<string, [number, number, number]> = {
    'BTC-USD': [0, 0, 8.78],
    'ETH-USD': [0, 0, 81.7],
    'SOL-USD': [0.0003, 0, 1_563],
    'LTC-USD': [0.001, 0.005, 119],
    'LINK-USD': [0.003, 0.002, 1_892],
    'AVAX-USD': [0.009, 0.018, 1_665],
    'DOT-USD': [0.026, 0.021, 1_261],
    'ATOM-USD': [0.057, 0.03, 564],
    'BCH-USD': [0.111, 0.047, 22.5],
    'AAVE-USD': [0.152, 0.042, 68],
    'ALGO-USD': [0.223, 0.135, 25_138],
    'UNI-USD': [0.249, 0.064, 858],
    'ETC-USD': [0.445, 0.206, 186],
    'MKR-USD': [0.461, 0.073, 2.27],
  };

  it.each(Object.entries(RECORDED))('%s', (id, [noTrade, flat, volume]) => {
    const made = product(id);
    const sums = { minutes: 0, traded: 0, flat: 0, volume: 0, squares: 0, returns: 0 };
    for (let number = DAY; number < DAY + 60; number += 1) {
      const day = makeDay(made, number);
      for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
        sums.minutes += 1;
        if (tradesIn(day, minute) === 0) continue;
        sums.traded += 1;
        if (at(day.high, minute) === at(day.low, minute)) sums.flat += 1;
        sums.volume += at(day.volume, minute) / 10 ** made.profile.sizeDecimals;
        if (minute === 0 || tradesIn(day, minute - 1) === 0) continue;
        sums.squares += Math.log(at(day.close, minute) / at(day.close, minute - 1)) ** 2;
        sums.returns += 1;
      }
    }
    expect(Math.abs(1 - sums.traded / sums.minutes - noTrade)).toBeLessThan(0.01 + 0.1 * noTrade);
    expect(Math.abs(sums.flat / sums.traded - flat)).toBeLessThan(0.12);
    expect(sums.volume / sums.traded / volume).toBeGreaterThan(0.8);
    expect(sums.volume / sums.traded / volume).toBeLessThan(1.25);
    expect(Math.sqrt(sums.squares / sums.returns) / made.profile.minuteVolatility).toBeGreaterThan(0.8);
    expect(Math.sqrt(sums.squares / sums.returns) / made.profile.minuteVolatility).toBeLessThan(1.25);
  });

  it.each(CALIBRATED_PRODUCT_IDS)('the price of %s stays of its scale for twenty years', (id) => {
    const { profile, fields } = product(id);
    const anchors = Array.from({ length: 7_300 }, (_, day) => dayAnchor(fields, LISTED_DAY + day, profile.dailyVolatility));
    expect(Math.max(...anchors.map(Math.abs))).toBeLessThan(Math.log(20));
    const returns = anchors.slice(1).map((anchor, index) => anchor - (anchors[index] ?? 0));
    const deviation = Math.sqrt(returns.reduce((sum, value) => sum + value * value, 0) / returns.length);
    expect(deviation / profile.dailyVolatility).toBeGreaterThan(0.85);
    expect(deviation / profile.dailyVolatility).toBeLessThan(1.15);
  });
});

it('a product without a calibration is drawn from its name alone', () => {
  expect(profileOf('ANY-USD', DECIMALS)).toEqual(profileOf('ANY-USD', DECIMALS));
  expect(profileOf('ANY-USD', DECIMALS).price).not.toBe(profileOf('OTHER-USD', DECIMALS).price);
  expect(profileOf('ANY-USD', { price: 5, size: 0 })).toMatchObject({ priceDecimals: 5, sizeDecimals: 0 });
});
