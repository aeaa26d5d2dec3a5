import type { ObjectStore } from '@elias/object-store';

/** How long an answer counts, milliseconds: probes come every few seconds, and each question is a request. */
const KNOWN_MS = 10_000;
/** Readiness answers within two seconds. */
const ANSWER_MS = 1_500;

/** Asks the bucket whether it is there, now and then, on behalf of `/health/ready`. */
export function bucketReadiness(store: ObjectStore, nowMs: () => number): () => Promise<string | null> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<string | null> = Promise.resolve(null);
  return () => {
    if (nowMs() - askedAtMs >= KNOWN_MS) {
      askedAtMs = nowMs();
      answer = store.check({ signal: AbortSignal.timeout(ANSWER_MS) });
    }
    return answer;
  };
}
