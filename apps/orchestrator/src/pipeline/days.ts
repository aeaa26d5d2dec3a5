const DAY_MS = 86_400_000;

/** UTC days `YYYY-MM-DD` from one to another, both inclusive; none when they are the wrong way round. */
export function daysFrom(from: string, to: string): string[] {
  const [first, last] = [dayMs(from), dayMs(to)];
  const days: string[] = [];
  for (let ms = first; ms <= last; ms += DAY_MS) days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
}

/** How many days lie from one to another, both counted. */
export function dayCount(from: string, to: string): number {
  return (dayMs(to) - dayMs(from)) / DAY_MS + 1;
}

/** The day so many days before. */
export function daysBefore(day: string, count: number): string {
  return new Date(dayMs(day) - count * DAY_MS).toISOString().slice(0, 10);
}

/** Milliseconds since the epoch of the day's first instant. */
export function dayMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
