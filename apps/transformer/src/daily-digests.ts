import { createHash } from 'node:crypto';
import type { CandleWindow, StoredWindow } from '@elias/market-data';
import { DAY_MS } from '@elias/market-data';

/** What is known of each day of a year of daily candles, as short digests: other text, other knowledge. */
export function candleDays({ window, candles, coverage }: StoredWindow): string[] {
  const days = Array.from({ length: (window.toMs - window.fromMs) / DAY_MS }, () => 'no_trade');
  const mark = (fromMs: number, toMs: number, text: string): void => {
    for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS) days[(atMs - window.fromMs) / DAY_MS] = text;
  };
  for (const { fromMs, toMs } of coverage.unknownRanges) mark(fromMs, toMs, 'unknown');
  for (const { fromMs, toMs } of coverage.openRanges) mark(fromMs, toMs, 'open');
  for (const { startedAtMs, open, high, low, close, volume } of candles) {
    const digest = createHash('sha256').update(`${open},${high},${low},${close},${volume}`).digest('hex').slice(0, 16);
    mark(startedAtMs, startedAtMs + DAY_MS, digest);
  }
  return days;
}

/** Places of the days that are not as they were known; all of them where nothing was known. */
export function changedDays(known: readonly string[] | null, days: readonly string[]): number[] {
  return days.flatMap((day, at) => (known?.[at] === day ? [] : [at]));
}

/** First instants of the days whose figures look at any of the changed days, at most `reachDays` back; sorted, each once. */
export function daysResting(window: CandleWindow, changed: readonly number[], reachDays: number): number[] {
  const days = new Set<number>();
  for (const at of changed) for (let ahead = 0; ahead <= reachDays; ahead += 1) days.add(window.fromMs + (at + ahead) * DAY_MS);
  return [...days].sort((a, b) => a - b);
}
