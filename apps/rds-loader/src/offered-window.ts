import type { CsvStream } from '@elias/archive';
import type { WindowFacts } from '@elias/contracts';

/** What is needed to load one telling of a window; `requestId` and its like come from whoever asked for it. */
export type OfferedFacts = Omit<WindowFacts, 'schemaVersion'>;

/** One telling of a window, its bytes checked (`checkWindowCsv`), offered to the tables. */
export interface OfferedWindow {
  readonly facts: OfferedFacts;
  /** in memory, or, of trades, wherever it can be read from any number of times */
  readonly csv: Buffer | CsvStream;
  /** where the bytes came from, for people: an archive's key, or topic, partition and offset */
  readonly file: string;
}

/** A telling that is withdrawn: it is never loaded again. */
export interface Revocation {
  readonly window: WindowFacts['window'];
  readonly revision: WindowFacts['revision'];
  readonly reason: string;
  readonly revokedAtMs: number;
}

/** Length of a window's CSV. */
export function csvBytes({ csv }: Pick<OfferedWindow, 'csv'>): number {
  return Buffer.isBuffer(csv) ? csv.length : csv.bytes;
}
