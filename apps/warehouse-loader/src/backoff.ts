import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  /** first and longest wait, milliseconds */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Waits longer with each failure, between half and all of it, so that several loaders do not meet again. */
export async function pause({ firstMs, longestMs }: Backoff, failures: number, signal: AbortSignal): Promise<void> {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
  await sleep(wholeMs * (0.5 + Math.random() / 2), undefined, { signal });
}
