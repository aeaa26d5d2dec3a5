import { LocalStackError } from '../local-stack-error.js';

const DAY_MS = 86_400_000;

/** What a range of days means, all in milliseconds since the epoch; half-open. */
export interface CollectedRange {
  fromMs: number;
  toMs: number;
}

/** The exchange's own clock. @throws LocalStackError it does not answer */
export async function exchangeTimeMs(url: string, signal: AbortSignal): Promise<number> {
  const { iso } = await ask<{ iso: string }>(`${url}/time`, signal);
  const timeMs = Date.parse(iso);
  if (Number.isNaN(timeMs)) throw new LocalStackError(`the exchange at ${url} does not tell its time`);
  return timeMs;
}

/** The last whole UTC day that all of the simulator's recordings hold; null without recordings. */
export async function lastRecordedDay(url: string, signal: AbortSignal): Promise<string | null> {
  return (await ask<{ last_whole_day: string | null }>(`${url}/_simulator/recordings`, signal)).last_whole_day;
}

/** Where the simulator has each product's candles from. */
export async function simulatorSources(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  return ask<Record<string, unknown>>(`${url}/_simulator/sources`, signal);
}

async function ask<T>(url: string, signal: AbortSignal): Promise<T> {
  try {
    const response = await fetch(url, {
      headers: { 'user-agent': 'elias/0.1' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as T;
  } catch (cause) {
    signal.throwIfAborted();
    throw new LocalStackError(`the exchange does not answer at ${url}`, { cause });
  }
}

export const lastWholeDay = (nowMs: number): string => new Date(Math.floor(nowMs / DAY_MS) * DAY_MS - DAY_MS).toISOString().slice(0, 10);

/** @throws LocalStackError the day has not begun yet */
export function dayRange(date: string, nowMs: number): CollectedRange {
  const fromMs = Date.parse(date);
  if (fromMs >= nowMs)
    throw new LocalStackError(`--date ${date} has not begun on the exchange's clock (${new Date(nowMs).toISOString().slice(0, 19)}Z).`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** So many days, the given one the last of them. */
export const historyRange = ({ toMs }: CollectedRange, days: number): CollectedRange => ({ fromMs: toMs - days * DAY_MS, toMs });
