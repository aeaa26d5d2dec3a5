import { ask, askAll } from '../api/ask.js';
import type { Candle, Gap, LedgerWindow } from '../api/shapes.js';
import { dayAfter } from '../format/instant.js';
import type { DrawnPeriod } from './draw-candles.js';
import { joinGaps } from './join-gaps.js';
import { knownRanges } from './ledger-ranges.js';

const MINUTE = 60;
const DAY = 86_400;
/** Most days that daily candles are shown of. */
const DAYS_SHOWN = 365;

/** The minutes of one UTC day, with its gaps as the API tells them. */
export async function loadDay(productId: string, day: string, signal: AbortSignal): Promise<DrawnPeriod> {
  const [from, to] = [`${day}T00:00:00Z`, `${dayAfter(day, 1)}T00:00:00Z`];
  const [candles, { gaps }] = await Promise.all([
    candlesOf(productId, MINUTE, from, to, signal),
    ask<{ gaps: Gap[] }>(`/gaps?product=${encodeURIComponent(productId)}&date=${day}`, { signal }),
  ]);
  return { from, to, granularity: MINUTE, candles, gaps };
}

/** The daily candles of the year that ends with a day. Days before the first candle are left out: nobody asked for them. */
export async function loadYear(productId: string, lastDay: string, signal: AbortSignal): Promise<DrawnPeriod> {
  const to = `${dayAfter(lastDay, 1)}T00:00:00Z`;
  const start = `${dayAfter(lastDay, 1 - DAYS_SHOWN)}T00:00:00Z`;
  const [candles, { windows }] = await Promise.all([
    candlesOf(productId, DAY, start, to, signal),
    ask<{ windows: LedgerWindow[] }>(`/windows?prefix=candles/${DAY}/${encodeURIComponent(productId)}/`, { signal }),
  ]);
  const from = candles[0]?.started_at ?? start;
  const present = candles.map(({ started_at }) => started_at);
  const gaps = joinGaps({ from, to, granularity: DAY, present, ...knownRanges(windows, DAY, { from, to }) });
  return { from, to, granularity: DAY, candles, gaps: candles.length === 0 ? [] : gaps };
}

function candlesOf(productId: string, granularity: number, from: string, to: string, signal: AbortSignal): Promise<Candle[]> {
  const page = (start: string): string =>
    `/candles?product=${encodeURIComponent(productId)}&granularity=${granularity}&from=${start}&to=${to}`;
  return askAll(page(from), (answer) => answer['candles'] as Candle[], page, signal);
}
