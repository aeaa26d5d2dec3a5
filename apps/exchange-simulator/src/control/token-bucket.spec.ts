import fc from 'fast-check';
import { RateLimit } from './rate-limit.js';
import { TokenBucket } from './token-bucket.js';

it('lets a burst through, then one per tenth of a second', () => {
  const bucket = new TokenBucket(10, 15, 0);
  const taken = Array.from({ length: 20 }, () => bucket.take(0));
  expect(taken.filter(Boolean)).toHaveLength(15);
  expect(bucket.take(99)).toBe(false);
  expect(bucket.take(100)).toBe(true);
  expect(bucket.take(199)).toBe(false);
  expect(bucket.take(200)).toBe(true);
});

it('fills no higher than the burst', () => {
  const bucket = new TokenBucket(10, 15, 0);
  bucket.take(0);
  expect(bucket.isFull(100)).toBe(true);
  const taken = Array.from({ length: 20 }, () => bucket.take(1_000_000));
  expect(taken.filter(Boolean)).toHaveLength(15);
});

it('never lets more through than burst plus rate times time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { maxLength: 300 }), (steps) => {
      const bucket = new TokenBucket(10, 15, 0);
      let nowMs = 0;
      let passed = 0;
      for (const step of steps) {
        nowMs += step;
        if (bucket.take(nowMs)) passed += 1;
        expect(passed).toBeLessThanOrEqual(15 + (10 * nowMs) / 1_000 + 1e-6);
      }
    }),
  );
});

describe('rate limit', () => {
  it('has a bucket per client', () => {
    const limit = new RateLimit({ enabled: true, perSecond: 10, burst: 1 }, () => 0);
    expect([limit.allows('a'), limit.allows('a'), limit.allows('b')]).toEqual([true, false, true]);
  });

  it('can be switched off and changed', () => {
    const limit = new RateLimit({ enabled: true, perSecond: 10, burst: 1 }, () => 0);
    limit.change({ enabled: false });
    expect(Array.from({ length: 100 }, () => limit.allows('a')).every(Boolean)).toBe(true);
    limit.change({ enabled: true, burst: 2 });
    expect([limit.allows('a'), limit.allows('a'), limit.allows('a')]).toEqual([true, true, false]);
  });

  it('forgets clients that a full bucket says nothing of, and no others', () => {
    let nowMs = 0;
    const limit = new RateLimit({ enabled: true, perSecond: 10, burst: 1 }, () => nowMs);
    for (let client = 0; client < 10_000; client += 1) limit.allows(`idle ${client}`);
    nowMs = 1_000;
    limit.allows('busy');
    expect(limit.allows('one more')).toBe(true);
    expect(limit.allows('busy')).toBe(false);
  });
});
