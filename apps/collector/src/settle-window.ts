import type { Candle, CandlePage, Coverage, PeriodState, Window } from '@elias/market-data';
import { coverageOf, periodCount, SETTLE_DELAY_MS } from '@elias/market-data';

/** What the exchange told of one page, by its own clock; milliseconds since the epoch. */
export interface AnsweredPage {
  /** the exchange's now as it answered */
  readonly dateMs: number;
  /** what the answer says was so at this instant; null when nobody knows */
  readonly answeredAtMs: number | null;
  /** in time order, on the window's grid */
  readonly candles: readonly Candle[];
}

export interface AskedPage {
  readonly page: CandlePage;
  /** null: the exchange did not answer in time */
  readonly answer: AnsweredPage | null;
}

export interface AskedWindow {
  /** the exchange's now as the pages were planned: what was open then was not asked for */
  readonly plannedAtMs: number;
  readonly pages: readonly AskedPage[];
  /** whether trades can be expected, so that no row means no trade */
  readonly trading: boolean;
}

export interface SettledWindow {
  /** candles of the `present` periods, in time order */
  readonly candles: readonly Candle[];
  readonly coverage: Coverage;
  /** smallest answer time of the pages, whole seconds; null when there were pages and none has an answer time */
  readonly collectedAtMs: number | null;
}

/**
 * What is known of each period of a window (design §3). `open`: it ended after the exchange's now. `unknown`: not answered, or answered
 * before its end and the settle delay, or no row of a product that is not traded. Else `present` or `no_trade`. Rows of periods that are
 * not present are dropped.
 */
export function settleWindow(window: Window, { plannedAtMs, pages, trading }: AskedWindow): SettledWindow {
  const widthMs = window.granularity * 1_000;
  const count = periodCount(window);
  const states: PeriodState[] = Array.from({ length: count }, (_, index) =>
    window.fromMs + (index + 1) * widthMs > plannedAtMs ? 'open' : 'unknown',
  );
  const candles: Candle[] = [];
  for (const { page, answer } of pages) {
    if (answer === null) continue;
    const rows = new Map(answer.candles.map((candle) => [candle.startedAtMs, candle]));
    const last = Math.min(count - 1, (page.endMs - window.fromMs) / widthMs);
    for (let index = (page.startMs - window.fromMs) / widthMs; index <= last; index += 1) {
      const startedAtMs = window.fromMs + index * widthMs;
      const row = rows.get(startedAtMs);
      const state = stateOf(startedAtMs + widthMs, answer, row !== undefined, trading);
      states[index] = state;
      if (state === 'present' && row !== undefined) candles.push(row);
    }
  }
  return { candles, coverage: coverageOf(window, states), collectedAtMs: collectedAtMs(plannedAtMs, pages) };
}

function stateOf(endMs: number, { dateMs, answeredAtMs }: AnsweredPage, hasRow: boolean, trading: boolean): PeriodState {
  if (endMs > dateMs) return 'open';
  if (answeredAtMs === null || endMs + SETTLE_DELAY_MS > answeredAtMs) return 'unknown';
  if (hasRow) return 'present';
  return trading ? 'no_trade' : 'unknown';
}

function collectedAtMs(plannedAtMs: number, pages: readonly AskedPage[]): number | null {
  if (pages.length === 0) return Math.floor(plannedAtMs / 1_000) * 1_000;
  const times = pages.flatMap(({ answer }) => (answer === null || answer.answeredAtMs === null ? [] : [answer.answeredAtMs]));
  return times.length === 0 ? null : Math.min(...times);
}
