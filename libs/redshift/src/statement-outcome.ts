import type { DescribeStatementResponse, SubStatementData } from '@aws-sdk/client-redshift-data';
import type { StatementFailure } from './redshift-errors.js';
import { sqlErrorCode } from './redshift-errors.js';

/** A statement that finished. */
export interface StatementResult {
  readonly id: string;
  readonly hasResultSet: boolean;
  /** rows returned or affected; real Redshift has said 0 for a COPY that loaded rows, so nothing may rest on it */
  readonly resultRows: number;
  /** time in the database, milliseconds */
  readonly durationMs: number;
  /** when it was first sent, by the service's clock; null when the service does not tell. An old one is another call's, of the same token */
  readonly createdAtMs: number | null;
}

/** A batch that finished: its own facts, and each statement's. */
export interface BatchResult extends StatementResult {
  readonly statements: readonly StatementResult[];
}

export type StatementOutcome =
  | { readonly kind: 'running' }
  | { readonly kind: 'finished'; readonly result: BatchResult }
  | { readonly kind: 'failed'; readonly failure: StatementFailure };

/** What DescribeStatement's answer means. */
export function statementOutcome(id: string, described: DescribeStatementResponse): StatementOutcome {
  const status = described.Status;
  const subs = described.SubStatements ?? [];
  if (status === 'FINISHED') {
    return { kind: 'finished', result: { ...resultOf(id, described), statements: subs.map((sub) => resultOf(sub.Id ?? id, sub)) } };
  }
  if (status !== 'FAILED' && status !== 'ABORTED') return { kind: 'running' };
  const failedIndex = subs.findIndex((sub) => sub.Status === 'FAILED' || sub.Status === 'ABORTED');
  const text = described.Error ?? subs[failedIndex]?.Error ?? '';
  const failure = {
    id,
    status,
    text,
    sqlCode: sqlErrorCode(text),
    failedIndex: failedIndex < 0 ? null : failedIndex,
    createdAtMs: described.CreatedAt?.getTime() ?? null,
    failedAtMs: described.UpdatedAt?.getTime() ?? null,
  };
  return { kind: 'failed', failure };
}

function resultOf(id: string, facts: Pick<SubStatementData, 'HasResultSet' | 'ResultRows' | 'Duration' | 'CreatedAt'>): StatementResult {
  return {
    id,
    hasResultSet: facts.HasResultSet ?? false,
    resultRows: Math.max(0, facts.ResultRows ?? 0),
    durationMs: Math.max(0, facts.Duration ?? 0) / 1_000_000,
    createdAtMs: facts.CreatedAt?.getTime() ?? null,
  };
}
