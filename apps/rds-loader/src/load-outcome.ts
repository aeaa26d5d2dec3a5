import type { Revision } from '@elias/market-data';
import { compareRevisions } from '@elias/market-data';
import type { LedgerEntry, LoadDecision, Offer } from './decide-load.js';
import { standingRevision } from './decide-load.js';

/** What became of one offered telling. `loaded` names what the ledger holds of it, `superseded` the telling that stands instead. */
export type LoadOutcome =
  | { kind: 'loaded'; change: 'replaced' | 'ledger_moved' | 'unchanged'; rowCount: number; csvSha256: string }
  | { kind: 'superseded'; by: Revision }
  | { kind: 'revoked' };

/**
 * The answer to one of a window's offers, after the window's decision was carried out.
 * @param offer one of those that were decided about
 */
export function outcomeOf<T extends Offer & { rowCount: number }>(
  offer: T,
  decision: LoadDecision<T>,
  ledger: LedgerEntry | null,
  revoked: ReadonlySet<string>,
): LoadOutcome {
  const standing = decision.kind === 'keep' ? standingRevision(ledger, revoked) : decision.offer.revision;
  if (standing === null) return { kind: 'revoked' };
  if (compareRevisions(offer.revision, standing) !== 0) return { kind: 'superseded', by: standing };
  if (decision.kind === 'keep') return { kind: 'loaded', change: 'unchanged', rowCount: ledger!.rowCount, csvSha256: ledger!.csvSha256 };
  const { rowCount, csvSha256 } = decision.offer;
  return { kind: 'loaded', change: decision.kind === 'replace' ? 'replaced' : 'ledger_moved', rowCount, csvSha256 };
}
