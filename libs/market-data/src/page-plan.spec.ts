import { CANDLES_PER_PAGE_MAX, planCandlePages } from './page-plan.js';
import { parseWindowId, periodCount } from './window.js';

const day = parseWindowId('candles/60/BTC-USD/2023-12-01');

it('asks for a day of minutes in five pages, each candle once', () => {
  const pages = planCandlePages(day, Date.parse('2026-01-01T00:00:00Z'));
  expect(pages).toHaveLength(5);
  const asked = pages.flatMap(({ startMs, endMs }) =>
    Array.from({ length: (endMs - startMs) / 60_000 + 1 }, (_, i) => startMs + i * 60_000),
  );
  expect(asked).toEqual(Array.from({ length: periodCount(day) }, (_, i) => day.fromMs + i * 60_000));
});

it('never comes to the edge where the exchange refuses', () => {
  for (const { startMs, endMs } of planCandlePages(parseWindowId('candles/300/BTC-USD/2023-12'), Date.parse('2026-01-01T00:00:00Z'))) {
    expect((endMs - startMs) / 300_000 + 1).toBeLessThanOrEqual(CANDLES_PER_PAGE_MAX);
  }
});

it('leaves out the candle that is open', () => {
  expect(planCandlePages(day, day.fromMs + 119_999)).toEqual([{ startMs: day.fromMs, endMs: day.fromMs }]);
  expect(planCandlePages(day, day.fromMs + 59_999)).toEqual([]);
  expect(planCandlePages(day, day.fromMs - 1)).toEqual([]);
});
