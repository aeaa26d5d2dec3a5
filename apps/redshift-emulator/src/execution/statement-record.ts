import type { SqlParameter } from '../sql/bind-parameters.js';
import type { ColumnMetadata } from './column-metadata.js';

export const STATUSES = ['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'FAILED', 'ABORTED'] as const;
export type Status = (typeof STATUSES)[number];

/** Whether nothing will change any more. */
export const isOver = (status: Status): boolean => status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED';

/** One SQL statement of a call. Times in milliseconds since the epoch. */
export interface PartRecord {
  /** the call's id, or `<id>:<n>` in a batch */
  id: string;
  sql: string;
  status: Status;
  createdAtMs: number;
  updatedAtMs: number;
  /** -1 until it ran, as on AWS */
  durationNs: number;
  error: string | null;
  /** -1: nothing to count */
  resultRows: number;
  resultSize: number;
  queryId: number;
  /** null: it has no result set */
  columns: ColumnMetadata[] | null;
  pageCount: number;
}

/** One call of ExecuteStatement or BatchExecuteStatement, kept for 24 hours. */
export interface StatementRecord {
  id: string;
  isBatch: boolean;
  executionMode: 'TRANSACTION' | 'AUTO_COMMIT';
  resultFormat: 'JSON' | 'CSV';
  parameters: SqlParameter[];
  clientToken: string | null;
  statementName: string | null;
  database: string;
  workgroupName: string | null;
  clusterIdentifier: string | null;
  dbUser: string | null;
  secretArn: string | null;
  status: Status;
  createdAtMs: number;
  updatedAtMs: number;
  durationNs: number;
  error: string | null;
  pid: number;
  parts: PartRecord[];
}
