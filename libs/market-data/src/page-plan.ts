import type { Window } from './window.js';

/** One REST page: candles that start at `startMs` up to and including `endMs`, as the exchange counts (both ends inclusive). */
export interface CandlePage {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Most candles asked for at once. The exchange refuses `(end - start) / granularity > 300`; with both ends inclusive, 300 candles
 * span 299 intervals, which stays clear of that edge (and of its 301-row answer).
 */
export const CANDLES_PER_PAGE_MAX = 300;

/**
 * The pages of a window from its first instant to its end or `nowMs`, whichever comes first, oldest first. The candle that is open
 * at `nowMs` is not asked for.
 * @returns empty when no candle of the window is over
 */
export function planCandlePages(window: Window, nowMs: number, candlesPerPage = CANDLES_PER_PAGE_MAX): CandlePage[] {
  const widthMs = window.granularity * 1_000;
  const overUntilMs = Math.min(window.toMs, Math.floor(nowMs / widthMs) * widthMs);
  const pages: CandlePage[] = [];
  for (let startMs = window.fromMs; startMs < overUntilMs; startMs += candlesPerPage * widthMs) {
    pages.push({ startMs, endMs: Math.min(startMs + (candlesPerPage - 1) * widthMs, overUntilMs - widthMs) });
  }
  return pages;
}
