const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * An instant as Elias writes it everywhere: `2023-12-01T00:00:00Z`.
 * @param ms milliseconds since the epoch, a whole second
 * @throws RangeError when a part of a second would be lost
 */
export function formatInstant(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms % 1_000 !== 0) throw new RangeError(`not a whole second: ${ms}`);
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * @returns milliseconds since the epoch
 * @throws RangeError when the text is no instant in the form above, or names a day that does not exist; the year 0 is none to the stores
 */
export function parseInstant(text: string): number {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || formatInstant(ms) !== text || text.startsWith('0000'))
    throw new RangeError(`not an instant like 2023-12-01T00:00:00Z: ${text}`);
  return ms;
}
