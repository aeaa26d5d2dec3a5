import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  initialMs: number;
  maxMs: number;
}

/**
 * Wait before the next attempt: doubled each time up to the maximum, then spread over its upper half, so that
 * many consumers do not come back at once.
 * @param attempt how many attempts failed already, at least 1
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, { initialMs, maxMs }: Backoff, random: number): number {
  const fullMs = Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(fullMs * (0.5 + random / 2));
}

/** Waits; false if the signal ended the wait. */
export async function waitMs(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
