import { candleStartMs, isGranularity } from './granularity.js';

it.each([
  { eventTimeMs: 0, granularity: 60, startMs: 0 },
  { eventTimeMs: 59_999, granularity: 60, startMs: 0 },
  { eventTimeMs: 60_000, granularity: 60, startMs: 60_000 },
  { eventTimeMs: -1, granularity: 300, startMs: -300_000 },
] as const)('an event at $eventTimeMs ms belongs to the $granularity s candle at $startMs ms', ({ eventTimeMs, granularity, startMs }) => {
  expect(candleStartMs(eventTimeMs, granularity)).toBe(startMs);
});

it('refuses a time that is not whole, and widths that the exchange lacks', () => {
  expect(() => candleStartMs(0.5, 60)).toThrow(RangeError);
  expect([60, 61, 1_800, 86_400].map(isGranularity)).toEqual([true, false, false, true]);
});
