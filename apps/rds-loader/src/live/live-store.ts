import type { LiveRows, RefusedRecord } from './live-rows.js';

/** The live tables. */
export interface LiveStore {
  /**
   * Writes rows, at least once; again changes nothing.
   * @returns those that the store does not take as they are; all others stand
   * @throws PostgresUnavailableError some may stand; the same again is right
   */
  save(rows: LiveRows): Promise<RefusedRecord[]>;

  /**
   * Removes what settled windows tell by now, and what began before `keptFrom`; a bounded number of rows in one call.
   * @returns rows removed, by why
   */
  sweep(keptFrom: Date): Promise<{ settled: number; expired: number }>;
}
