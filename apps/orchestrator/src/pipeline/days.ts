import { DAY_MS } from '@elias/market-data';
import { daysLater, dayStartMs } from '../schedule/due-daily-runs.js';

/** UTC days `YYYY-MM-DD` from one to another, both inclusive; none when they are the wrong way round. */
export function daysFrom(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = daysLater(day, 1)) days.push(day);
  return days;
}

/** How many days lie from one to another, both counted. */
export function dayCount(from: string, to: string): number {
  return (dayStartMs(to) - dayStartMs(from)) / DAY_MS + 1;
}
