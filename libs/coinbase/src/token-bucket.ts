/** What may be asked of the exchange, as it enforces it: a bucket that starts full and is filled lazily. */
export interface RateLimit {
  /** tokens that come back each second; 0 grants nothing, `Infinity` everything */
  readonly perSecond: number;
  /** tokens that the bucket holds at most; below 1 nothing would ever be granted */
  readonly burst: number;
}

/**
 * Client's side of the exchange's token bucket, for one process. Pure: the caller brings the time, milliseconds of a clock that never
 * goes back.
 *
 * Between being sent and being answered a request may reach the exchange at any moment, so requests sent evenly may arrive bunched.
 * Therefore the bucket holds at most `burst` less the requests under way: that is the exchange's bucket if each of them arrives as late
 * as it can. With the limits right and nobody else asking, the exchange's bucket is never found empty, whatever the network does; the
 * price is that no more than `burst` requests are under way at once. Several such buckets whose limits add up to the exchange's are
 * together as safe as one.
 */
export class TokenBucket {
  private tokens: number;
  private underWay = 0;

  /** Starts empty: whoever asked before, from this address, may have left nothing. */
  constructor(
    private limit: RateLimit,
    private filledAtMs: number,
  ) {
    this.tokens = 0;
  }

  /** Takes a token for one request, if there is one. */
  take(nowMs: number): boolean {
    if (this.limit.perSecond === Number.POSITIVE_INFINITY) {
      this.underWay += 1;
      return true;
    }
    this.fill(nowMs);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    this.underWay += 1;
    return true;
  }

  /** To be told once for each request that got a token, when it was answered or given up: it has arrived by now, or never will. */
  answered(nowMs: number): void {
    this.fill(nowMs);
    this.underWay -= 1;
  }

  /** Milliseconds until a token may be there, 0 if one is; `Infinity` when only an answer or a new limit can bring one. */
  waitMs(nowMs: number): number {
    if (this.limit.perSecond === Number.POSITIVE_INFINITY) return 0;
    this.fill(nowMs);
    if (this.tokens >= 1) return 0;
    if (this.limit.perSecond === 0 || this.room() < 1) return Number.POSITIVE_INFINITY;
    return ((1 - this.tokens) / this.limit.perSecond) * 1_000;
  }

  /** After a refusal, or when the allowance was divided anew: counts on nothing. */
  empty(nowMs: number): void {
    this.fill(nowMs);
    this.tokens = Math.min(this.tokens, -this.underWay);
  }

  /** Takes effect at once; what is in the bucket stays, as far as it fits. */
  adjust(limit: RateLimit, nowMs: number): void {
    this.fill(nowMs);
    this.limit = limit;
    this.tokens = Math.min(this.tokens, this.room());
  }

  private room(): number {
    return this.limit.burst - this.underWay;
  }

  private fill(nowMs: number): void {
    const elapsedMs = nowMs - this.filledAtMs;
    if (elapsedMs <= 0) return;
    this.filledAtMs = nowMs;
    if (this.limit.perSecond === Number.POSITIVE_INFINITY) return;
    this.tokens = Math.min(this.room(), this.tokens + (elapsedMs * this.limit.perSecond) / 1_000);
  }
}
