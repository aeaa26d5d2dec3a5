const DAY_MS = 86_400_000;

/** `2023-12-28 00:15:05` of an RFC 3339 instant in UTC; whoever shows it says that it is UTC. */
export function instantText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;
}

/** `00:15:05` */
export function timeText(instant: string): string {
  return instant.slice(11, 19);
}

/** `00:15` */
export function minuteText(instant: string): string {
  return instant.slice(11, 16);
}

/** The end of a period that does not go beyond its day: its midnight is `24:00`. */
export function endMinuteText(instant: string): string {
  const text = minuteText(instant);
  return text === '00:00' ? '24:00' : text;
}

/** How long something took, in two units at most: `0.4 s`, `11 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 950) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Milliseconds between two instants; null while one is missing. */
export function msBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Date.parse(to) - Date.parse(from);
}

/** The day so many days later. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whether it is a day of the calendar, e.g. 2023-12-28. */
export function isDay(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The last day that a half-open period touches. */
export function lastDayBefore(to: string): string {
  return new Date(Date.parse(to) - 1).toISOString().slice(0, 10);
}

/** `28`, `Dec` and `Th`, for the heads of columns. */
export function shortDay(day: string): { day: string; month: string; weekday: string } {
  const at = new Date(`${day}T00:00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions): string => at.toLocaleDateString('en-GB', { ...options, timeZone: 'UTC' });
  return { day: day.slice(8), month: part({ month: 'short' }), weekday: part({ weekday: 'short' }).slice(0, 2) };
}

/** Candles of a width in words: `daily`, `1-minute`. @param seconds their width */
export function widthText(seconds: number): string {
  if (seconds === 86_400) return 'daily';
  const [unit, size] = (
    [
      ['day', 86_400],
      ['hour', 3_600],
      ['minute', 60],
    ] as const
  ).find(([, width]) => seconds % width === 0) ?? ['second', 1];
  return `${seconds / size}-${unit}`;
}

const two = (count: number): string => String(count).padStart(2, '0');
