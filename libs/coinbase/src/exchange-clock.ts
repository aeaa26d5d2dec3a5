import type { AnswerTime } from './answer-time.js';

/**
 * The exchange's clock as its answers tell it. Between answers it runs on by ours, so it is behind by at most a second and the time
 * that the last answer took: a period is called over a little late, never early.
 */
export class ExchangeClock {
  private offsetMs: number | undefined;

  /** @param monotonicMs milliseconds of a clock that never goes back */
  constructor(private readonly monotonicMs: () => number) {}

  /** An answer came just now. A cache's `Date` may be old, so it does not count. */
  heard({ dateMs, cached }: AnswerTime): void {
    if (!cached) this.offsetMs = dateMs - this.monotonicMs();
  }

  /** Milliseconds since the epoch; undefined while no answer came. */
  nowMs(): number | undefined {
    return this.offsetMs === undefined ? undefined : this.offsetMs + this.monotonicMs();
  }
}
