import type { Dataset, Revision, Window } from '@elias/market-data';

/** One window as a load brings it: what `windows.csv` has a line of. */
export interface StagedWindow {
  readonly window: Window;
  readonly revision: Revision;
  readonly schemaVersion: number;
  readonly rowCount: number;
  readonly noTrade: number;
  readonly csvSha256: string;
  /** as the ledger keeps them, see `formatRanges` */
  readonly unknownRanges: string;
  readonly openRanges: string;
  readonly archiveKey: string;
  /** the staged gzip file */
  readonly file: { readonly key: string; readonly bytes: number };
}

/** A revision that was withdrawn. */
export interface Revocation {
  readonly window: Window;
  readonly collectionId: string;
  readonly revokedAtMs: number;
  /** at most 4,000 bytes */
  readonly reason: string;
}

/** What one transaction brings; all its files lie in S3. */
export interface StagedLoad {
  /** hex, from what is loaded alone; names the folder */
  readonly id: string;
  /** null when there are revocations only */
  readonly dataset: Dataset | null;
  /** columns of the files, from their header */
  readonly columns: readonly string[];
  readonly windows: readonly StagedWindow[];
  readonly revocations: readonly Revocation[];
  /** keys; null where there is nothing of the kind */
  readonly windowsKey: string | null;
  readonly manifestKey: string | null;
  readonly revocationsKey: string | null;
}

/** The ledger's row of one window. */
export interface LedgerRow {
  readonly windowId: string;
  readonly revision: Revision;
  readonly csvSha256: string;
  readonly archiveKey: string;
  /** its revision was withdrawn, and no other came: the window has no rows, and the row names no collection */
  readonly revoked: boolean;
}

/** What a load did: rows replaced; equal rows, so the ledger alone moved; or the ledger had as good a revision, or this one was withdrawn. */
export type LoadChange = 'replaced' | 'ledger_moved' | 'unchanged';

/**
 * Why nothing of a load stands. `conflict`: others ran beside it (1018, 1023), or it was cancelled. `copy-failed`: it could not take the
 * files. `failed`: anything else that the database says.
 */
export interface LoadFailure {
  readonly kind: 'conflict' | 'copy-failed' | 'failed';
  /** the database's own words */
  readonly text: string;
  /** when it was sent and when it failed, by the warehouse's clock; null when it does not tell */
  readonly createdAtMs: number | null;
  readonly failedAtMs: number | null;
}

/** How a transaction ended. */
export type LoadResult = LoadSuccess | LoadFailure;

/**
 * A token that was used before gives its first run's end, however long ago: what stands now only the ledger tells.
 */
export interface LoadSuccess {
  readonly kind: 'loaded';
  /** by window id */
  readonly changes: ReadonlyMap<string, LoadChange>;
  /** when it was sent, by the warehouse's clock; null when it does not tell */
  readonly createdAtMs: number | null;
}

/** A row of a file that COPY refused. */
export interface LoadError {
  readonly key: string;
  readonly line: number;
  readonly column: string;
  readonly reason: string;
}

/** The store that windows are loaded into. Each call wakes it, so nothing but a load and what follows it within the minute calls. */
export interface Warehouse {
  /**
   * Loads all or nothing.
   * @param token the same one runs nothing again and gives the first run's end
   * @throws RedshiftUnavailableError nobody knows yet; the same token finds out
   */
  load(load: StagedLoad, token: string, signal: AbortSignal): Promise<LoadResult>;
  /**
   * Rows that COPY refused of the files in a folder, newest first.
   * @param sinceMs by the warehouse's clock; null for all
   */
  loadErrors(folder: string, sinceMs: number | null, signal: AbortSignal): Promise<LoadError[]>;
  /** The ledger's rows of these windows. */
  ledger(windowIds: readonly string[], signal: AbortSignal): Promise<Map<string, LedgerRow>>;
  /** Those of these collections that were withdrawn. */
  withdrawn(collectionIds: readonly string[], signal: AbortSignal): Promise<Set<string>>;
  /** Every row of the ledger. */
  wholeLedger(signal: AbortSignal): AsyncIterable<LedgerRow>;
}
