/** The exchange's clock: it starts at a given instant and runs on, in real time or a multiple of it. */
export class SimulatorClock {
  private readonly beganMs: number;

  /**
   * @param startMs the instant that the exchange's clock shows now, milliseconds since the epoch
   * @param elapsedMs a clock that only moves forward
   * @param speed seconds that pass here in one second
   */
  constructor(
    private startMs: number,
    private readonly elapsedMs: () => number = () => performance.now(),
    private readonly speed = 1,
  ) {
    this.beganMs = elapsedMs();
  }

  /** Milliseconds since the epoch, whole. */
  nowMs(): number {
    return Math.floor(this.startMs + (this.elapsedMs() - this.beganMs) * this.speed);
  }

  /** Puts the clock forward; the market goes on from there. */
  advance(byMs: number): void {
    this.startMs += byMs;
  }
}
