import fc from 'fast-check';
import { CANDLES_PER_PAGE_MAX, planCandlePages } from './page-plan.js';
import { GRANULARITIES_SECONDS } from './granularity.js';
import {
  candleWindowAt,
  candleWindowsOver,
  DAY_DATASETS,
  dayWindowAt,
  parseWindowId,
  periodCount,
  TRADE_SPANS_SECONDS,
  tradeWindowAt,
  tradeWindowsOver,
  windowId,
} from './window.js';
import type { CandleWindow, DayDataset, Window } from './window.js';

const HOUR_MS = 3_600_000;
const instant = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) });
const product = fc.stringMatching(/^[A-Z0-9]{1,8}-[A-Z0-9]{1,5}$/);
const granularity = fc.constantFrom(...GRANULARITIES_SECONDS);
const candles: fc.Arbitrary<CandleWindow> = fc.tuple(product, granularity, instant).map((parts) => candleWindowAt(...parts));
const trades = fc.tuple(product, fc.constantFrom(...TRADE_SPANS_SECONDS), instant).map((parts) => tradeWindowAt(...parts));
const days = fc
  .tuple(fc.constantFrom(...(Object.keys(DAY_DATASETS) as DayDataset[])), product, instant)
  .map(([dataset, id, at]) => dayWindowAt(dataset, DAY_DATASETS[dataset] === 'all' ? '_all' : id, at));
const anyWindow: fc.Arbitrary<Window> = fc.oneof(candles, trades, days);

it('a name means its window, and only that', () => {
  fc.assert(fc.property(anyWindow, (window) => expect(parseWindowId(windowId(window))).toEqual(window)));
});

it('a name that is altered means another window, or none', () => {
  const altered = fc.tuple(anyWindow, fc.nat(60), fc.string({ maxLength: 3 }), fc.nat(3));
  fc.assert(
    fc.property(altered, ([window, at, put, dropped]) => {
      const id = windowId(window);
      const other = `${id.slice(0, at)}${put}${id.slice(at + dropped)}`;
      let read: Window;
      try {
        read = parseWindowId(other);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(windowId(read)).toBe(other);
    }),
    { numRuns: 500 },
  );
});

it('windows over a range hold it, follow each other, and are the windows of their instants', () => {
  const range = fc.tuple(product, granularity, instant, fc.integer({ min: 1, max: 400 * 24 * HOUR_MS }));
  fc.assert(
    fc.property(range, ([id, width, fromMs, lengthMs]) => {
      const windows = candleWindowsOver(id, width, fromMs, fromMs + lengthMs);
      expect(windows[0]!.fromMs).toBeLessThanOrEqual(fromMs);
      expect(windows[0]!.toMs).toBeGreaterThan(fromMs);
      expect(windows.at(-1)!.fromMs).toBeLessThan(fromMs + lengthMs);
      expect(windows.at(-1)!.toMs).toBeGreaterThanOrEqual(fromMs + lengthMs);
      for (const [at, window] of windows.entries()) {
        if (at > 0) expect(window.fromMs).toBe(windows[at - 1]!.toMs);
        expect(candleWindowAt(id, width, window.toMs - 1)).toEqual(window);
        expect(Number.isInteger(periodCount(window))).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

it('windows of trades likewise', () => {
  const range = fc.tuple(product, fc.constantFrom(...TRADE_SPANS_SECONDS), instant, fc.integer({ min: 1, max: 72 * HOUR_MS }));
  fc.assert(
    fc.property(range, ([id, width, fromMs, lengthMs]) => {
      const windows = tradeWindowsOver(id, width, fromMs, fromMs + lengthMs);
      expect(windows[0]!.fromMs).toBe(Math.floor(fromMs / (width * 1_000)) * width * 1_000);
      expect(windows).toHaveLength(Math.ceil((fromMs + lengthMs - windows[0]!.fromMs) / (width * 1_000)));
    }),
  );
});

it('pages hold each candle that is over once, none that is not, and no page too many', () => {
  const moment = fc.tuple(candles, fc.double({ min: -0.1, max: 1.2, noNaN: true }), fc.integer({ min: 1, max: CANDLES_PER_PAGE_MAX }));
  fc.assert(
    fc.property(moment, ([window, part, perPage]) => {
      const nowMs = Math.round(window.fromMs + part * (window.toMs - window.fromMs));
      const widthMs = window.granularity * 1_000;
      const over = Math.max(0, Math.floor((Math.min(nowMs, window.toMs) - window.fromMs) / widthMs));
      const pages = planCandlePages(window, nowMs, perPage);
      expect(pages).toHaveLength(Math.ceil(over / perPage));
      let nextMs = window.fromMs;
      for (const { startMs, endMs } of pages) {
        expect(startMs).toBe(nextMs);
        expect((endMs - startMs) / widthMs + 1).toBeLessThanOrEqual(perPage);
        nextMs = endMs + widthMs;
      }
      expect(nextMs).toBe(window.fromMs + over * widthMs);
    }),
    { numRuns: 200 },
  );
});
