import type { Revision } from '@elias/market-data';
import type { LedgerEntry } from './decide-load.js';
import { decideLoad } from './decide-load.js';
import { outcomeOf } from './load-outcome.js';

const offer = (collectionId: string, collectedAtMs: number, csvSha256 = collectionId) => ({
  revision: { unknown: 0, open: 0, collectedAtMs, collectionId } satisfies Revision,
  csvSha256,
  rowCount: 10 + collectedAtMs,
});
const [a, b] = [offer('a', 1), offer('b', 2)];
const ledgerOf = (entry: typeof a): LedgerEntry => ({ ...entry, state: 'loaded' });

function answers(ledger: LedgerEntry | null, offers: (typeof a)[], revoked: ReadonlySet<string> = new Set()): unknown[] {
  const decision = decideLoad(ledger, revoked, offers);
  return offers.map((each) => outcomeOf(each, decision, ledger, revoked));
}

it('answers each of a group: the best is loaded, doubles of it too, the others are superseded by it', () => {
  const loaded = { kind: 'loaded', change: 'replaced', rowCount: 12, csvSha256: 'b' };
  expect(answers(null, [a, b, { ...b }])).toEqual([{ kind: 'superseded', by: b.revision }, loaded, loaded]);
});

it('names what the ledger holds when a telling comes again', () => {
  const again = { ...a, csvSha256: 'altered', rowCount: 99 };
  expect(answers(ledgerOf(a), [again])).toEqual([{ kind: 'loaded', change: 'unchanged', rowCount: 11, csvSha256: 'a' }]);
});

it('tells that only the ledger moved', () => {
  expect(answers(ledgerOf(a), [{ ...b, csvSha256: 'a' }])).toMatchObject([{ kind: 'loaded', change: 'ledger_moved' }]);
});

it('names the better one that stands', () => {
  expect(answers(ledgerOf(b), [a])).toEqual([{ kind: 'superseded', by: b.revision }]);
});

it('tells of a withdrawn telling: superseded where another stands, revoked where none does', () => {
  expect(answers(ledgerOf(a), [b], new Set(['b']))).toEqual([{ kind: 'superseded', by: a.revision }]);
  expect(answers(null, [b], new Set(['b']))).toEqual([{ kind: 'revoked' }]);
  expect(answers({ ...ledgerOf(b), state: 'revoked' }, [b], new Set(['b']))).toEqual([{ kind: 'revoked' }]);
});
