import { TokenBucket } from './token-bucket.js';

export interface RateLimitSettings {
  enabled: boolean;
  perSecond: number;
  burst: number;
}

/** Public limit of the exchange, per IP. Source: Coinbase Exchange, "REST API rate limits". */
export const PUBLIC_LIMIT: RateLimitSettings = { enabled: true, perSecond: 10, burst: 15 };

const CLIENTS_MAX = 10_000;

/** One bucket per client address. */
export class RateLimit {
  private buckets = new Map<string, TokenBucket>();

  constructor(
    private current: RateLimitSettings = PUBLIC_LIMIT,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  get settings(): RateLimitSettings {
    return this.current;
  }

  /** Changes the limit; every client begins with a full bucket. */
  change(settings: Partial<RateLimitSettings>): void {
    this.current = { ...this.current, ...settings };
    this.buckets = new Map();
  }

  /** Whether a request of a client is let through. */
  allows(client: string): boolean {
    if (!this.current.enabled) return true;
    const nowMs = this.nowMs();
    let bucket = this.buckets.get(client);
    if (bucket === undefined) {
      if (this.buckets.size >= CLIENTS_MAX) this.forgetFull(nowMs);
      bucket = new TokenBucket(this.current.perSecond, this.current.burst, nowMs);
      this.buckets.set(client, bucket);
    }
    return bucket.take(nowMs);
  }

  /** A full bucket says no more than none. */
  private forgetFull(nowMs: number): void {
    for (const [client, bucket] of this.buckets) if (bucket.isFull(nowMs)) this.buckets.delete(client);
  }
}
