import type { Revision } from '@elias/market-data';
import { compareRevisions } from '@elias/market-data';

/** What the ledger says of a window. */
export interface LedgerEntry {
  readonly revision: Revision;
  readonly csvSha256: string;
  readonly rowCount: number;
  /** `revoked`: no telling is left, and no rows */
  readonly state: 'loaded' | 'revoked';
}

/** A telling that may be loaded. */
export interface Offer {
  readonly revision: Revision;
  readonly csvSha256: string;
}

/** `replace`: the window's rows become the offer's. `move`: they are the offer's already, byte for byte; the ledger alone changes. `keep`: nothing changes. */
export type LoadDecision<T extends Offer> = { kind: 'replace' | 'move'; offer: T } | { kind: 'keep' };

/**
 * What to do about a window whose ledger row is locked (design §2): the best offer that is not revoked wins against a worse or
 * revoked one; equal content moves the ledger only.
 * @param ledger null when the window was never loaded
 * @param revoked collection ids of the window's withdrawn tellings
 */
export function decideLoad<T extends Offer>(
  ledger: LedgerEntry | null,
  revoked: ReadonlySet<string>,
  offers: readonly T[],
): LoadDecision<T> {
  let best: T | undefined;
  for (const offer of offers) {
    if (revoked.has(offer.revision.collectionId)) continue;
    if (best === undefined || compareRevisions(offer.revision, best.revision) > 0) best = offer;
  }
  if (best === undefined) return { kind: 'keep' };
  const standing = standingRevision(ledger, revoked);
  if (standing !== null && compareRevisions(best.revision, standing) <= 0) return { kind: 'keep' };
  const rowsStand = ledger?.state === 'loaded' && ledger.csvSha256 === best.csvSha256;
  return { kind: rowsStand ? 'move' : 'replace', offer: best };
}

/** The telling that the window's rows are of; null when there is none that counts. */
export function standingRevision(ledger: LedgerEntry | null, revoked: ReadonlySet<string>): Revision | null {
  if (ledger === null || ledger.state === 'revoked' || revoked.has(ledger.revision.collectionId)) return null;
  return ledger.revision;
}
