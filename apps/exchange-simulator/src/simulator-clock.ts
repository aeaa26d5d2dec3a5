/** The exchange's clock: it starts at a given instant and runs on in real time. */
export class SimulatorClock {
  private readonly beganMs: number;

  /**
   * @param startMs the instant that the exchange's clock shows now, milliseconds since the epoch
   * @param elapsedMs a clock that only moves forward
   */
  constructor(
    private startMs: number,
    private readonly elapsedMs: () => number = () => performance.now(),
  ) {
    this.beganMs = elapsedMs();
  }

  /** Milliseconds since the epoch, whole. */
  nowMs(): number {
    return Math.floor(this.startMs + this.elapsedMs() - this.beganMs);
  }

  /** Puts the clock forward; the market goes on from there. */
  advance(byMs: number): void {
    this.startMs += byMs;
  }
}
