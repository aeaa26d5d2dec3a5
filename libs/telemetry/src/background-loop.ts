import { describeError, isRetryable } from '@elias/errors';
import type { Logger } from './logger.js';

/** Longest wait between two tries while a store is away. */
const BACKOFF_MS_MAX = 15_000;

export interface LoopOptions {
  name: string;
  /** wait after a round that found nothing to do */
  idleMs: number;
  logger: Logger;
  /** one round; how much it did, 0 for nothing */
  round: () => Promise<number>;
}

/**
 * Runs rounds one after the other from `start` to `stop`, as often as it is started. A store that is away is waited for; any other error
 * ends the process, since it is a bug.
 */
export class BackgroundLoop {
  private stopped = false;
  private running: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  /** why the last round failed; null while all is well */
  trouble: string | null = null;

  constructor(private readonly options: LoopOptions) {}

  start(onBug: (error: unknown) => void): void {
    this.stopped = false;
    this.running ??= this.loop().catch(onBug);
  }

  /** Lets the round in hand finish. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake?.();
    await this.running;
    this.running = undefined;
    this.trouble = null;
  }

  /** Ends a wait, so that the next round comes now. */
  hurry(): void {
    this.wake?.();
  }

  private async loop(): Promise<void> {
    for (let failures = 0; !this.stopped;) {
      try {
        const done = await this.options.round();
        failures = 0;
        this.trouble = null;
        if (done === 0) await this.sleep(this.options.idleMs);
      } catch (error) {
        if (!isRetryable(error)) throw error;
        failures += 1;
        this.trouble = describeError(error);
        this.options.logger.warn({ loop: this.options.name, failures, error }, 'round failed, tried again');
        await this.sleep(Math.min(BACKOFF_MS_MAX, 250 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2));
      }
    }
  }

  private sleep(ms: number): Promise<void> {
    // stopped in mid-round, when there was nothing to wake
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
