import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A point in time as people write it: an instant (`2023-12-01T00:00:00Z`), a UTC day, or how long ago (`90m`, `2h`, `3d`).
 * @returns milliseconds since the epoch
 * @throws InvalidArgumentError
 */
export function timeOption(text: string, nowMs = Date.now()): number {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * UNIT_MS[unit]!;
  const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z)?$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10))) {
    throw new InvalidArgumentError('An instant (2023-12-01T00:00:00Z), a UTC day, or how long ago: 90m, 2h, 3d.');
  }
  return ms;
}
