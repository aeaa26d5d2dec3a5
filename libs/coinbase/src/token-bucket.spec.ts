import { TokenBucket } from './token-bucket.js';

const LIMIT = { perSecond: 10, burst: 15 };

/** Takes while there are tokens. */
const drain = (bucket: TokenBucket, nowMs: number): number => {
  let taken = 0;
  while (bucket.take(nowMs)) taken += 1;
  return taken;
};

describe('token bucket', () => {
  it('starts empty and fills at its rate', () => {
    const bucket = new TokenBucket(LIMIT, 1_000);
    expect(bucket.take(1_000)).toBe(false);
    expect(bucket.waitMs(1_000)).toBe(100);
    expect(bucket.take(1_099)).toBe(false);
    expect(bucket.take(1_100)).toBe(true);
    expect(bucket.take(1_100)).toBe(false);
  });

  it('holds its burst and no more, however long nobody asks', () => {
    expect(drain(new TokenBucket(LIMIT, 0), 3_600_000)).toBe(15);
  });

  it('holds less by each request under way, since all of them may arrive now', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    expect(drain(bucket, 10_000)).toBe(15);
    expect(drain(bucket, 20_000)).toBe(0);
    expect(bucket.waitMs(20_000)).toBe(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 15; i += 1) bucket.answered(20_000);
    expect(drain(bucket, 20_000)).toBe(0);
    expect(drain(bucket, 20_500)).toBe(5);
  });

  it('does not fill more slowly when answers come at once', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    let taken = 0;
    for (let nowMs = 0; nowMs <= 60_000; nowMs += 1) {
      if (!bucket.take(nowMs)) continue;
      taken += 1;
      bucket.answered(nowMs);
    }
    expect(taken).toBe(600);
  });

  it('loses nothing when it is looked at late', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    let taken = 0;
    for (let nowMs = 0; nowMs <= 60_000; nowMs += 730) {
      while (bucket.take(nowMs)) {
        taken += 1;
        bucket.answered(nowMs);
      }
    }
    expect(taken).toBe(598);
  });

  it('emptied, counts on nothing, and on the requests under way taking what comes next', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    bucket.take(1_000);
    bucket.take(1_000);
    bucket.empty(1_000);
    expect(bucket.waitMs(1_000)).toBe(300);
    bucket.answered(1_000);
    expect(bucket.waitMs(1_000)).toBe(300);
    expect(drain(bucket, 1_300)).toBe(1);
  });

  it('an adjusted limit counts from now on', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    bucket.adjust({ perSecond: 5, burst: 7.5 }, 10_000);
    expect(drain(bucket, 10_000)).toBe(7);
    for (let i = 0; i < 7; i += 1) bucket.answered(10_000);
    bucket.adjust({ perSecond: 1, burst: 2 }, 10_000);
    expect(bucket.waitMs(10_000)).toBe(500);
    expect(drain(bucket, 60_000)).toBe(2);
  });

  it('without a share grants nothing, without a limit everything', () => {
    const bucket = new TokenBucket({ perSecond: 0, burst: 0 }, 0);
    expect(bucket.take(1e9)).toBe(false);
    expect(bucket.waitMs(1e9)).toBe(Number.POSITIVE_INFINITY);
    bucket.adjust({ perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY }, 1e9);
    for (let i = 0; i < 10_000; i += 1) expect(bucket.take(1e9)).toBe(true);
    bucket.empty(1e9);
    expect(bucket.waitMs(1e9)).toBe(0);
  });
});
