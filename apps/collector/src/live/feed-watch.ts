type Say = (fields: { awayMs: number }, text: string) => void;

/** A feed that is away for less is being connected to again, and says nothing of the exchange. */
export const AWAY_AFTER_MS = 30_000;

/**
 * Whether the feed is there, for people: a feed that has been away for long is warned of once, and so is its end. It makes nobody unready,
 * since windows are collected without it.
 */
export class FeedWatch {
  private awaySinceMs: number | null = null;
  private warned = false;

  /** @param monotonicMs milliseconds of a clock that never goes back */
  constructor(
    private readonly logger: { info: Say; warn: Say },
    private readonly monotonicMs: () => number,
  ) {}

  /**
   * To be told now and then.
   * @param wanted products that are streamed here; without any there is no connection to miss
   */
  look(connected: boolean, wanted: number): void {
    if (connected || wanted === 0) {
      if (this.warned) this.logger.info({ awayMs: this.awayMs() }, 'the feed is back');
      this.warned = false;
      this.awaySinceMs = null;
      return;
    }
    this.awaySinceMs ??= this.monotonicMs();
    if (this.warned || this.awayMs() < AWAY_AFTER_MS) return;
    this.warned = true;
    this.logger.warn({ awayMs: this.awayMs() }, 'the feed is away, nothing is streamed; windows go on');
  }

  /** In one sentence. */
  note(): string {
    if (this.awaySinceMs === null) return 'the feed is connected, or nothing is streamed here';
    return `the feed has been away for ${Math.round(this.awayMs() / 1_000)} s`;
  }

  private awayMs(): number {
    return this.awaySinceMs === null ? 0 : Math.round(this.monotonicMs() - this.awaySinceMs);
  }
}
