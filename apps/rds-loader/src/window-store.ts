import type { LoadOutcome } from './load-outcome.js';
import type { OfferedWindow, Revocation } from './offered-window.js';

/** The tables that windows are loaded into. Each call is one transaction: all of it stands, or nothing. */
export interface WindowStore {
  /**
   * Replaces whole windows by better tellings (design §2). Several tellings of one window may be offered together.
   * @param how `clear` deletes a window's rows even where the ledger knows of none
   * @returns one outcome per offer, in order
   * @throws PostgresDataError the store refused the rows of one of them; nothing was loaded
   */
  load(windows: readonly OfferedWindow[], how?: { clear: boolean }): Promise<LoadOutcome[]>;

  /** Notes withdrawn tellings; a window whose rows are of one loses its rows. Doing it again changes nothing. */
  revoke(revocations: readonly Revocation[]): Promise<{ emptied: string[] }>;
}
