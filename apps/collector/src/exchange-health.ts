import type { AttemptOutcome } from '@elias/coinbase';

/** The exchange counts as away when nothing but failures came for this long, milliseconds. */
const AWAY_AFTER_MS = 60_000;

/** Whether the exchange answers, as far as anybody asked it. */
export class ExchangeHealth {
  private failingSinceMs: number | undefined;

  /** @param monotonicMs milliseconds of a clock that never goes back */
  constructor(private readonly monotonicMs: () => number) {}

  heard(outcome: AttemptOutcome): void {
    const failed = outcome === 'exchange_unavailable' || outcome === 'rate_limited';
    if (!failed) this.failingSinceMs = undefined;
    else this.failingSinceMs ??= this.monotonicMs();
  }

  /** Null when it answers or nobody asked; else how long it has not. */
  whyAway(): string | null {
    const failingMs = this.failingSinceMs === undefined ? 0 : this.monotonicMs() - this.failingSinceMs;
    return failingMs < AWAY_AFTER_MS ? null : `the exchange has given no answer for ${Math.round(failingMs / 1_000)} s`;
  }
}
