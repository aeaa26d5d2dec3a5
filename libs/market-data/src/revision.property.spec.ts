import fc from 'fast-check';
import { bestRevision, compareRevisions, isBetterRevision } from './revision.js';
import type { Revision } from './revision.js';

/** Few values, so that equal parts are common. */
const revision: fc.Arbitrary<Revision> = fc.record({
  unknown: fc.nat(2),
  open: fc.nat(2),
  collectedAtMs: fc.nat(2).map((seconds) => seconds * 1_000),
  collectionId: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.uuid({ version: 7 })),
});
const sign = (a: Revision, b: Revision): number => Math.sign(compareRevisions(a, b));

it('is antisymmetric: of two one is better, or they are the same telling', () => {
  fc.assert(
    fc.property(revision, revision, (a, b) => {
      expect(sign(a, b)).toBe(-sign(b, a) + 0);
      if (sign(a, b) === 0)
        expect([a.unknown + a.open, a.collectedAtMs, a.collectionId]).toEqual([b.unknown + b.open, b.collectedAtMs, b.collectionId]);
    }),
    { numRuns: 1_000 },
  );
});

it('is transitive, equal ones too', () => {
  fc.assert(
    fc.property(revision, revision, revision, (a, b, c) => {
      if (sign(a, b) >= 0 && sign(b, c) >= 0) expect(sign(a, c)).toBeGreaterThanOrEqual(Math.max(sign(a, b), sign(b, c)));
    }),
    { numRuns: 2_000 },
  );
});

it('has one best, whatever the order of arrival', () => {
  const arrivals = fc
    .array(revision, { minLength: 1, maxLength: 8 })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(
    fc.property(arrivals, ([all, shuffled]) => {
      const best = bestRevision(all)!;
      expect(compareRevisions(bestRevision(shuffled)!, best)).toBe(0);
      expect(all.some((one) => isBetterRevision(one, best))).toBe(false);
    }),
  );
});
