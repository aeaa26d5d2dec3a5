import { EliasError } from '@elias/errors';

/**
 * The Data API did not answer, is at one of its limits, refuses access for now, or forgot a statement. Nothing is known of what was
 * sent; the same `ClientToken` sent again runs nothing twice.
 */
export class RedshiftUnavailableError extends EliasError {
  override readonly name = 'RedshiftUnavailableError';
  readonly code = 'ELIAS_REDSHIFT_UNAVAILABLE';
  readonly disposition = 'retry';
  /**
   * @param operation what was tried, as in `BatchExecuteStatement`
   * @param reason the service's own name for it, as in `ActiveStatementsExceededException`
   */
  constructor(
    readonly operation: string,
    readonly reason: string,
    cause: unknown,
  ) {
    super(`${operation} of the Redshift Data API did not go through (${reason})`, { cause });
  }
}

/** The Data API refuses the request itself (a setting or the text is wrong); the same request is refused again. */
export class RedshiftRefusedError extends EliasError {
  override readonly name = 'RedshiftRefusedError';
  readonly code = 'ELIAS_REDSHIFT_REFUSED';
  readonly disposition = 'stop';
  constructor(
    readonly operation: string,
    readonly reason: string,
    cause: unknown,
  ) {
    super(`${operation} of the Redshift Data API was refused (${reason})`, { cause });
  }
}

/** What is known of a statement that did not finish. */
export interface StatementFailure {
  /** id of the statement or batch */
  readonly id: string;
  /** ABORTED: somebody cancelled it, or the service gave it up */
  readonly status: 'FAILED' | 'ABORTED';
  /** the database's text, as in `ERROR: 1023 DETAIL: Serializable isolation violation on table …` */
  readonly text: string;
  /** leading code of the text, see `sqlErrorCode`; null when there is none */
  readonly sqlCode: number | null;
  /** position of the failed statement in its batch, from 0; null when the service does not tell */
  readonly failedIndex: number | null;
  /** when it was sent and when it failed, by the service's clock; null when the service does not tell */
  readonly createdAtMs: number | null;
  readonly failedAtMs: number | null;
}

/**
 * The database did not finish a statement; nothing of its batch stands. The same `ClientToken` gives the same failure for 8 hours, so
 * another try needs another token.
 */
export class StatementFailedError extends EliasError {
  override readonly name = 'StatementFailedError';
  readonly code = 'ELIAS_REDSHIFT_STATEMENT_FAILED';
  readonly disposition: 'retry' | 'dead-letter';
  constructor(readonly failure: StatementFailure) {
    const { id, status, text } = failure;
    super(`statement ${id} of Redshift is ${status}${text === '' ? '' : `: ${text}`}`);
    this.disposition = passes(failure) ? 'retry' : 'dead-letter';
  }
}

/** The migrations in the database are not those of this version of Elias. */
export class MigrationMismatchError extends EliasError {
  override readonly name = 'MigrationMismatchError';
  readonly code = 'ELIAS_REDSHIFT_MIGRATION_MISMATCH';
  readonly disposition = 'stop';
}

/**
 * Codes that a transaction fails with because of others that ran beside it. Source: Amazon Redshift Database Developer Guide,
 * "Serializable isolation": `ERROR:1023 DETAIL: Serializable isolation violation on table in Redshift` and
 * `ERROR:1018 DETAIL: Relation does not exist`, both to be retried.
 */
const CONFLICT_CODES: readonly number[] = [1018, 1023];

/**
 * The number that Redshift puts first in the text of some errors. The Data API hands SQL errors on as text alone (its `Error` field),
 * without SQLSTATE, so this is the only code there is.
 */
export function sqlErrorCode(text: string): number | null {
  const code = /^\s*ERROR:\s*(\d{3,5})\b/.exec(text)?.[1];
  return code === undefined ? null : Number(code);
}

function passes({ status, sqlCode }: StatementFailure): boolean {
  return status === 'ABORTED' || (sqlCode !== null && CONFLICT_CODES.includes(sqlCode));
}
