import type { Revision, Window } from '@elias/market-data';

/** What one store holds of a window: its rows as canonical CSV lines in time order, and what its ledger says. */
export interface StoredWindow {
  readonly rows: readonly string[];
  readonly ledger: LedgerEntry | null;
}

/** A ledger row, as `market.load_ledger` of either store has it. */
export interface LedgerEntry {
  readonly revision: Revision;
  readonly csvSha256: string;
  readonly rowCount: number;
  readonly noTrade: number;
  /** `first+count` in periods of the window, as `formatRanges` writes them */
  readonly unknownRanges: string;
  readonly openRanges: string;
  readonly state: string;
}

/** A store that can be asked for one window. */
export interface WindowStore {
  readonly name: string;
  read(window: Window): Promise<StoredWindow>;
}
