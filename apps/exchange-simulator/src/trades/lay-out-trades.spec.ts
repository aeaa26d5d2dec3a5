import fc from 'fast-check';
import { layOutTrades } from './lay-out-trades.js';
import type { TradedMinute } from './trade-tape.js';

/** Any candle that trades can make, with at least as many trades as its shape needs. */
const minutes = fc
  .record({
    low: fc.integer({ min: 1, max: 1_000 }),
    open: fc.nat(20),
    close: fc.nat(20),
    over: fc.nat(20),
    more: fc.nat(40),
    volume: fc.nat(10 ** 9),
  })
  .map(({ low, open, close, over, more, volume }): TradedMinute => {
    const high = low + Math.max(open, close) + over;
    const candle = { open: low + open, close: low + close, high, low };
    const wicks = Number(high > Math.max(candle.open, candle.close)) + Number(low < Math.min(candle.open, candle.close));
    const trades = (candle.open === candle.close && wicks === 0 ? 1 : 2) + wicks + more;
    return { ...candle, time: 1_700_000_040, volume: trades + volume, trades, firstTradeId: 77 };
  });

it('open, high, low, close, volume and count are the candle’s', () => {
  fc.assert(
    fc.property(minutes, fc.string(), (minute, seed) => {
      const trades = layOutTrades(minute, seed);
      const prices = trades.map(({ price }) => price);
      expect(prices[0]).toBe(minute.open);
      expect(prices.at(-1)).toBe(minute.close);
      expect(Math.max(...prices)).toBe(minute.high);
      expect(Math.min(...prices)).toBe(minute.low);
      expect(trades.reduce((sum, { size }) => sum + size, 0)).toBe(minute.volume);
      expect(trades.every(({ size }) => Number.isSafeInteger(size) && size >= 1)).toBe(true);
      expect(trades.map(({ tradeId }) => tradeId)).toEqual(trades.map((_, index) => 77 + index));
      expect(trades.every(({ timeMs }, index) => timeMs >= (trades[index - 1]?.timeMs ?? 0))).toBe(true);
      expect(trades.every(({ timeMs }) => Math.floor(timeMs / 60_000) * 60 === minute.time)).toBe(true);
      expect(layOutTrades(minute, seed)).toEqual(trades);
    }),
  );
});
