import type { LiveRows, RefusedRecord } from './live-rows.js';

/** Rows removed, by why; `late`: of the settled ones those that had been missed. */
export interface Swept {
  settled: number;
  expired: number;
  late: number;
}

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
   * Trades that had been missed when their window settled are noted as late.
   */
  sweep(keptFrom: Date): Promise<Swept>;
}
