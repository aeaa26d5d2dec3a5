import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';

const FIRST_WAIT_MS = 250;
const WAIT_MS_MAX = 15_000;

/** Does the same again, after a wait, for as long as its error says that this is right; meanwhile the service is not ready. */
export class UntilDone {
  private readonly troubles = new Map<object, string>();

  constructor(private readonly logger: Logger) {}

  /**
   * @throws what is not to be repeated, or the signal's reason
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const task = {};
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await work();
        } catch (error) {
          signal.throwIfAborted();
          if (!isRetryable(error)) throw error;
          this.troubles.set(task, describeError(error));
          const waitMs = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 16)) * (0.5 + Math.random() / 2);
          this.logger.warn({ error, attempt, waitMs: Math.round(waitMs) }, 'Kafka took no records, trying again');
          await sleep(waitMs, undefined, { signal });
        }
      }
    } finally {
      this.troubles.delete(task);
    }
  }

  /** The oldest trouble that is not over, or null. */
  get trouble(): string | null {
    const [oldest] = this.troubles.values();
    return oldest ?? null;
  }
}
