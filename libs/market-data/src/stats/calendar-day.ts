/** A UTC day, milliseconds; UTC has no longer or shorter ones. */
export const DAY_MS = 86_400_000;

/**
 * Date of a UTC midnight, `2023-12-01`.
 * @throws RangeError when the instant is no midnight
 */
export function formatDate(dayMs: number): string {
  if (!Number.isSafeInteger(dayMs) || dayMs % DAY_MS !== 0) throw new RangeError(`not the start of a UTC day: ${dayMs}`);
  return new Date(dayMs).toISOString().slice(0, 10);
}
