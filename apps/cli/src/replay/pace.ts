/** The clock of a paced replay. */
export interface PaceClock {
  /** milliseconds, never back */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Lets what happened pass at a multiple of the speed at which it did. What is late passes at once, and what follows is not held back for it. */
export class Pace {
  private begin: { readonly atMs: number; readonly nowMs: number } | null = null;

  /** @param speed above 0; Infinity holds nothing back */
  constructor(
    readonly speed: number,
    private readonly clock: PaceClock,
  ) {
    if (!(speed > 0)) throw new RangeError(`no speed: ${speed}`);
  }

  /** Resolves when it is its turn: the first at once. @param atMs when it happened, milliseconds since the epoch */
  async turn(atMs: number): Promise<void> {
    if (this.speed === Infinity) return;
    this.begin ??= { atMs, nowMs: this.clock.nowMs() };
    const dueMs = this.begin.nowMs + (atMs - this.begin.atMs) / this.speed;
    const waitMs = dueMs - this.clock.nowMs();
    if (waitMs > 0) await this.clock.sleep(waitMs);
  }
}
