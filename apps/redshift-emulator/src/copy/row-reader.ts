import type { LoadFault } from './field-outcome.js';
import type { LoadColumn } from './load-column.js';

/** Told of each row that cannot be loaded: why, its first line in the file, the column where one is to blame. */
export type RejectRow = (fault: LoadFault, line: number, column: LoadColumn | null) => void;

/** Rows of one file. */
export interface RowReader {
  /** rows written so far */
  readonly rowCount: number;
  /** Takes a chunk of the file and gives what is whole so far as text for PostgreSQL's COPY. */
  push(chunk: Buffer): Buffer[];
  /** The file is over. */
  finish(): Buffer[];
}
