/** Waits before a lost stream is asked for again, milliseconds; the last one repeats. */
const WAITS_MS = [1_000, 2_000, 5_000, 10_000] as const;

/** @param attempts how often it was tried in vain since it last stood */
export function retryWaitMs(attempts: number): number {
  return WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)]!;
}
