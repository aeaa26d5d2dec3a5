import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '@elias/errors';

/** A place that does not answer is asked this often. */
const READINGS_MAX = 4;

/** Reads, and reads again while the place does not answer. @throws what the last reading throws */
export async function readAgain<T>(read: () => Promise<T>, afterMs = 1_000): Promise<T> {
  for (let reading = 1; ; reading += 1) {
    try {
      return await read();
    } catch (error) {
      if (!isRetryable(error) || reading === READINGS_MAX) throw error;
      await sleep(afterMs);
    }
  }
}
