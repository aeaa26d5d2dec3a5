import type { RateLimit } from './token-bucket.js';

/** What the exchange grants to one address; `perSecond` 0 stands for no limit at all. */
export interface ExchangeLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** Part of the burst that is used; the rest is for others at this address: a run's look at the products, a person's `curl`. */
const BURST_AIM = 0.9;

/**
 * The part of the allowance that one process may use. Its burst is at least the one token without which nothing would go.
 * @param aim part of the whole that all processes together aim at, above 0 to 1
 * @param part this process's part of that, 0 to 1
 */
export function allowanceOf(limit: ExchangeLimit, aim: number, part: number): RateLimit {
  if (part <= 0) return { perSecond: 0, burst: 0 };
  if (limit.perSecond === 0) return { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };
  return { perSecond: limit.perSecond * aim * part, burst: Math.max(1, limit.burst * BURST_AIM * part) };
}
