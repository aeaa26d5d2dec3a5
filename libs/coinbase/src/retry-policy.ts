import type { Unavailability } from './coinbase-errors.js';

/** What to make of an answer's status. Decided by the number alone, never by the message. */
export type StatusMeaning = 'ok' | 'not-found' | 'refused' | Unavailability;

/**
 * 401, 403 and 407 speak of who asks and from where, not of the request: a firewall in between sends them and stops again, so they
 * count as an outage. 3xx is nothing that the exchange sends either.
 */
export function meaningOf(status: number): StatusMeaning {
  if (status === 200) return 'ok';
  if (status === 429) return 'rate_limited';
  if (status === 404) return 'not-found';
  const passing = status < 400 || status >= 500 || [401, 403, 407, 408, 421, 425].includes(status);
  return passing ? 'exchange_unavailable' : 'refused';
}

export const FIRST_BACKOFF_MS = 250;
export const BACKOFF_MS_MAX = 15_000;

/**
 * How long to wait before the next attempt: doubling, at most 15 s, of which the upper half is left to chance so that those who failed
 * together do not come back together.
 * @param attempt of the attempt that failed, from 1
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, random: number): number {
  const wholeMs = Math.min(BACKOFF_MS_MAX, FIRST_BACKOFF_MS * 2 ** Math.min(attempt - 1, 16));
  return (wholeMs * (1 + random)) / 2;
}
