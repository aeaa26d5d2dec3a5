import type { AnswerTime } from './answer-time.js';

/** What was heard longer ago is asked for anew, milliseconds: while answers come, nobody asks. */
const GOOD_FOR_MS = 2_000;
/** Our clocks may differ by this much over that time; by more when the machine slept, and the one that never goes back stood. */
const CLOCKS_APART_MS_MAX = 500;

/**
 * The exchange's clock as its answers tell it. Between answers it runs on by ours, so it is behind by at most a second and the time
 * that the last answer took: a period is called over a little late, never early.
 */
export class ExchangeClock {
  private heardAt: { exchangeMs: number; monotonicMs: number; wallMs: number } | undefined;

  /**
   * @param monotonicMs milliseconds of a clock that never goes back
   * @param wallMs milliseconds of a clock that goes on while the machine sleeps
   */
  constructor(
    private readonly monotonicMs: () => number,
    private readonly wallMs: () => number,
  ) {}

  /** An answer came just now. A cache's `Date` may be old, so it does not count. */
  heard({ dateMs, cached }: AnswerTime): void {
    if (!cached) this.heardAt = { exchangeMs: dateMs, monotonicMs: this.monotonicMs(), wallMs: this.wallMs() };
  }

  /** Milliseconds since the epoch; undefined while no answer came for a while. */
  nowMs(): number | undefined {
    if (this.heardAt === undefined) return undefined;
    const elapsedMs = this.monotonicMs() - this.heardAt.monotonicMs;
    const apartMs = Math.abs(this.wallMs() - this.heardAt.wallMs - elapsedMs);
    return elapsedMs > GOOD_FOR_MS || apartMs > CLOCKS_APART_MS_MAX ? undefined : this.heardAt.exchangeMs + elapsedMs;
  }
}
