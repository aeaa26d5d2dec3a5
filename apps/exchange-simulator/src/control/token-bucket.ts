/** A bucket that is full at first and filled lazily: what flowed in is counted when it is asked. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    nowMs: number,
  ) {
    this.tokens = burst;
    this.filledAtMs = nowMs;
  }

  /** Takes one token; false when there is no whole one. A refused request takes nothing. */
  take(nowMs: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.filledAtMs) / 1_000) * this.perSecond);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  isFull(nowMs: number): boolean {
    return this.tokens + ((nowMs - this.filledAtMs) / 1_000) * this.perSecond >= this.burst;
  }
}
