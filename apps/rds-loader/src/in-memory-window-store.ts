import { windowId } from '@elias/market-data';
import type { LedgerEntry } from './decide-load.js';
import { decideLoad, standingRevision } from './decide-load.js';
import type { LoadOutcome } from './load-outcome.js';
import { outcomeOf } from './load-outcome.js';
import type { OfferedWindow, Revocation } from './offered-window.js';
import type { WindowStore } from './window-store.js';

/** The tables' twin for tests: the same rules without a database. */
export class InMemoryWindowStore implements WindowStore {
  readonly ledger = new Map<string, LedgerEntry>();
  /** CSV of each window's rows */
  readonly rows = new Map<string, string>();
  private readonly revoked = new Map<string, Set<string>>();

  /** @param refuse throws what the store would throw about rows that it does not take */
  constructor(private readonly refuse: (window: OfferedWindow) => void = () => undefined) {}

  async load(windows: readonly OfferedWindow[]): Promise<LoadOutcome[]> {
    for (const window of windows) this.refuse(window);
    const outcomes = new Map<OfferedWindow, LoadOutcome>();
    const offers = windows.map((offered) => ({ ...offered.facts, offered, id: windowId(offered.facts.window) }));
    for (const id of new Set(offers.map((offer) => offer.id))) {
      const own = offers.filter((offer) => offer.id === id);
      const entry = this.ledger.get(id) ?? null;
      const withdrawn = this.revoked.get(id) ?? new Set();
      const decision = decideLoad(entry, withdrawn, own);
      for (const offer of own) outcomes.set(offer.offered, outcomeOf(offer, decision, entry, withdrawn));
      if (decision.kind === 'keep') continue;
      const { revision, csvSha256, rowCount, offered } = decision.offer;
      this.ledger.set(id, { revision, csvSha256, rowCount, state: 'loaded' });
      if (decision.kind === 'replace') this.rows.set(id, await textOf(offered));
    }
    return windows.map((window) => outcomes.get(window)!);
  }

  async revoke(revocations: readonly Revocation[]): Promise<{ emptied: string[] }> {
    const emptied: string[] = [];
    for (const { window, revision } of revocations) {
      const id = windowId(window);
      const withdrawn = (this.revoked.get(id) ?? new Set()).add(revision.collectionId);
      this.revoked.set(id, withdrawn);
      const entry = this.ledger.get(id) ?? null;
      if (standingRevision(entry, withdrawn) !== null) continue;
      if (entry?.state === 'loaded') emptied.push(id);
      this.rows.delete(id);
      this.ledger.set(id, {
        revision: { unknown: 0, open: 0, collectedAtMs: 0, collectionId: '' },
        csvSha256: '',
        rowCount: 0,
        state: 'revoked',
      });
    }
    return Promise.resolve({ emptied });
  }
}

async function textOf({ csv }: OfferedWindow): Promise<string> {
  if (Buffer.isBuffer(csv)) return csv.toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of csv.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
