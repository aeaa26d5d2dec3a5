import fc from 'fast-check';
import { bestRevision, compareRevisions, isBetterRevision } from './revision.js';
import type { Revision } from './revision.js';

const revision = (part: Partial<Revision>): Revision => ({ unknown: 0, open: 0, collectedAtMs: 0, collectionId: 'a', ...part });
const arbitrary = fc.record({
  unknown: fc.nat(2),
  open: fc.nat(2),
  collectedAtMs: fc.nat(2).map((n) => n * 1_000),
  collectionId: fc.constantFrom('018c-0', '018c-a', '018d-0'),
});

it('prefers fewer missing periods, then the later telling, then the greater id', () => {
  expect(compareRevisions(revision({ unknown: 1 }), revision({ open: 2, collectedAtMs: 9_000 }))).toBeGreaterThan(0);
  expect(compareRevisions(revision({ unknown: 1 }), revision({ open: 1, collectedAtMs: 1_000 }))).toBeLessThan(0);
  expect(compareRevisions(revision({ collectionId: 'b' }), revision({ collectionId: 'a' }))).toBeGreaterThan(0);
  expect(isBetterRevision(revision({}), null)).toBe(true);
  expect(isBetterRevision(revision({}), revision({}))).toBe(false);
});

it('is a total order', () => {
  fc.assert(
    fc.property(arbitrary, arbitrary, arbitrary, (a, b, c) => {
      expect(Math.sign(compareRevisions(a, b))).toBe(-Math.sign(compareRevisions(b, a)) + 0);
      if (compareRevisions(a, b) >= 0 && compareRevisions(b, c) >= 0) expect(compareRevisions(a, c)).toBeGreaterThanOrEqual(0);
      if (compareRevisions(a, b) === 0)
        expect([a.unknown + a.open, a.collectedAtMs, a.collectionId]).toEqual([b.unknown + b.open, b.collectedAtMs, b.collectionId]);
    }),
  );
});

it('finds the same best whatever the order of arrival', () => {
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1 }), (revisions) => {
      const [forward, backward] = [bestRevision(revisions)!, bestRevision([...revisions].reverse())!];
      expect(compareRevisions(forward, backward)).toBe(0);
      for (const other of revisions) expect(compareRevisions(forward, other)).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(bestRevision([])).toBeUndefined();
});
