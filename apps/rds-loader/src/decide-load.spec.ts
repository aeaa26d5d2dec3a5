import fc from 'fast-check';
import type { Revision } from '@elias/market-data';
import { bestRevision } from '@elias/market-data';
import { decideLoad, standingRevision } from './decide-load.js';
import type { LedgerEntry, Offer } from './decide-load.js';

const telling = (name: string, parts: Partial<Revision> = {}, csvSha256 = name): Offer => ({
  revision: { unknown: 0, open: 0, collectedAtMs: 1_000, collectionId: name, ...parts },
  csvSha256,
});
const loaded = (offer: Offer): LedgerEntry => ({ ...offer, rowCount: 1, state: 'loaded' });
const NONE: ReadonlySet<string> = new Set();
const a = telling('a');
const b = telling('b', { collectedAtMs: 2_000 });

it.each([
  { name: 'a first telling replaces nothing', ledger: null, offers: [a], want: { kind: 'replace', offer: a } },
  { name: 'a better one replaces', ledger: loaded(a), offers: [b], want: { kind: 'replace', offer: b } },
  { name: 'a worse one changes nothing', ledger: loaded(b), offers: [a], want: { kind: 'keep' } },
  { name: 'the same one changes nothing', ledger: loaded(a), offers: [a], want: { kind: 'keep' } },
  { name: 'the best of several wins', ledger: loaded(a), offers: [a, b, a], want: { kind: 'replace', offer: b } },
  {
    name: 'an unknown period makes it worse, however late',
    ledger: loaded(a),
    offers: [{ ...b, revision: { ...b.revision, unknown: 1 } }],
    want: { kind: 'keep' },
  },
])('$name', ({ ledger, offers, want }) => {
  expect(decideLoad(ledger, NONE, offers)).toEqual(want);
});

it('moves the ledger only when the content is equal', () => {
  const same = { ...b, csvSha256: a.csvSha256 };
  expect(decideLoad(loaded(a), NONE, [same])).toEqual({ kind: 'move', offer: same });
});

it('puts the rows back when the content is equal but the rows are gone', () => {
  const same = { ...b, csvSha256: a.csvSha256 };
  expect(decideLoad({ ...loaded(a), state: 'revoked' }, new Set(['a']), [same])).toEqual({ kind: 'replace', offer: same });
});

it('never takes a withdrawn telling, and lets a worse one replace it', () => {
  const withdrawn = new Set(['b']);
  expect(decideLoad(null, withdrawn, [b])).toEqual({ kind: 'keep' });
  expect(decideLoad(null, withdrawn, [a, b])).toEqual({ kind: 'replace', offer: a });
  expect(decideLoad(loaded(b), withdrawn, [a])).toEqual({ kind: 'replace', offer: a });
  expect(standingRevision(loaded(b), withdrawn)).toBeNull();
});

it('ends in the best telling that is not withdrawn, in every order and grouping', () => {
  const revisions = fc.uniqueArray(
    fc.record({ unknown: fc.nat(2), open: fc.nat(1), collectedAtMs: fc.nat(3), collectionId: fc.constantFrom(...'abcdefgh') }),
    { minLength: 1, maxLength: 6, selector: ({ collectionId }) => collectionId },
  );
  const scenario = revisions.chain((all) =>
    fc.record({
      deliveries: fc.array(fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      withdrawn: fc.subarray(all),
      contents: fc.nat(3),
    }),
  );
  fc.assert(
    fc.property(scenario, ({ deliveries, order, withdrawn, contents }) => {
      const revoked = new Set(withdrawn.map(({ collectionId }) => collectionId));
      const offerOf = (revision: Revision): Offer => ({ revision, csvSha256: String(revision.collectedAtMs % (contents + 1)) });
      let ledger: LedgerEntry | null = null;
      let rows: string | null = null;
      for (const group of [...deliveries, ...order.map((revision) => [revision])]) {
        const decision = decideLoad(ledger, revoked, group.map(offerOf));
        if (decision.kind === 'keep') continue;
        ledger = loaded(decision.offer);
        if (decision.kind === 'replace') rows = decision.offer.csvSha256;
      }
      const best = bestRevision(order.filter(({ collectionId }) => !revoked.has(collectionId)));
      expect(ledger?.revision).toEqual(best);
      expect(rows).toBe(best === undefined ? null : offerOf(best).csvSha256);
    }),
  );
});
