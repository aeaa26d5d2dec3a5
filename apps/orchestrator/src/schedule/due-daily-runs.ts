import { DAY_MS } from '@elias/market-data';

/** A day is collected again this many days after its first run: corrections come late (design §8). */
export const DAYS_AFTER = [0, 1, 7] as const;
export type DaysAfter = (typeof DAYS_AFTER)[number];

/** One run of the schedule: the UTC day `date` (`YYYY-MM-DD`), `daysAfter` days after its first run. */
export interface DailyRun {
  readonly date: string;
  readonly daysAfter: DaysAfter;
}

export interface DueDailyRuns {
  /** what to start now, in this order */
  readonly due: readonly DailyRun[];
  /** days that were missed too long ago to be caught up, oldest first */
  readonly skipped: readonly string[];
}

/** Daily runs start this long after midnight UTC (design §8), milliseconds: the exchange has settled the day's last candles by then. */
export const STARTS_AFTER_MIDNIGHT_MS = 15 * 60_000;

/** The name that makes a run of the schedule start once, whoever starts it: `daily/2023-12-01/0`. */
export function dailyRunKey({ date, daysAfter }: DailyRun): string {
  return `${DAILY_KEY_PREFIX}${date}/${daysAfter}`;
}
export const DAILY_KEY_PREFIX = 'daily/';

/** First instant of a day, milliseconds since the epoch. */
export const dayStartMs = (date: string): number => Date.parse(`${date}T00:00:00Z`);
export const dayEndMs = (date: string): number => dayStartMs(date) + DAY_MS;

/** The last day whose run is due: it ended, and quarter past midnight has gone by. */
export function lastDueDay(nowMs: number): string {
  return dateAt(nowMs - STARTS_AFTER_MIDNIGHT_MS - DAY_MS);
}

/** The oldest day whose runs may still matter to `dueDailyRuns`. */
export function oldestKnownDay(nowMs: number, catchUpDays: number): string {
  return daysLater(lastDueDay(nowMs), -(catchUpDays + Math.max(...DAYS_AFTER)));
}

/**
 * Which runs of the schedule are due and not there yet. The first start ever takes the last ended day alone; later ones catch up what was
 * missed, in the order of the mornings on which it was due, the newest day of a morning first.
 * @param known runs that are there, at least those of `oldestKnownDay` and later
 * @param catchUpDays mornings that are caught up at most, this one among them; at least 1
 */
export function dueDailyRuns(nowMs: number, known: readonly DailyRun[], catchUpDays: number): DueDailyRuns {
  const lastDay = lastDueDay(nowMs);
  const started = new Set(known.map(dailyRunKey));
  const firstRuns = known.filter(({ daysAfter }) => daysAfter === 0).map(({ date }) => date);
  if (firstRuns.length === 0) return { due: [{ date: lastDay, daysAfter: 0 }], skipped: [] };

  const [firstDay, newestDay] = [least(firstRuns), greatest(firstRuns)];
  const oldestMorning = daysLater(lastDay, 1 - catchUpDays);
  const due: DailyRun[] = [];
  for (let day = greatest([firstDay, oldestMorning]); day <= lastDay; day = daysLater(day, 1)) {
    for (const daysAfter of DAYS_AFTER) {
      const run = { date: daysLater(day, -daysAfter), daysAfter };
      const begun = daysAfter === 0 || firstRuns.includes(run.date) || due.some((one) => one.daysAfter === 0 && one.date === run.date);
      if (begun && !started.has(dailyRunKey(run))) due.push(run);
    }
  }
  const skipped: string[] = [];
  for (let day = daysLater(newestDay, 1); day < oldestMorning; day = daysLater(day, 1)) skipped.push(day);
  return { due, skipped };
}

export function daysLater(date: string, days: number): string {
  return dateAt(dayStartMs(date) + days * DAY_MS);
}

const dateAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const least = (dates: readonly string[]): string => dates.reduce((a, b) => (a < b ? a : b));
const greatest = (dates: readonly string[]): string => dates.reduce((a, b) => (a > b ? a : b));
