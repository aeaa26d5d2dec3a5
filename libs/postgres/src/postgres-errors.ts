import { EliasError, untrustedReason } from '@elias/errors';
import pg from 'pg';

/** The server did not answer, went away, or has no room now. Whatever was in hand was rolled back, or may simply be done again. */
export class PostgresUnavailableError extends EliasError {
  override readonly name = 'PostgresUnavailableError';
  readonly code = 'ELIAS_POSTGRES_UNAVAILABLE';
  readonly disposition = 'retry';
  /** @param sqlState null when the connection failed without an answer */
  constructor(
    readonly sqlState: string | null,
    cause: unknown,
  ) {
    super(`Postgres is not available${sqlState === null ? '' : ` (${sqlState})`}`, { cause });
  }
}

/** A table, column or schema is missing: migrations have not run yet. Passes once they have. */
export class PostgresNotMigratedError extends EliasError {
  override readonly name = 'PostgresNotMigratedError';
  readonly code = 'ELIAS_POSTGRES_NOT_MIGRATED';
  readonly disposition = 'retry';
  constructor(
    readonly sqlState: string,
    cause: unknown,
  ) {
    super(`the Postgres database lacks a table or column (${sqlState}); run "elias migrate"`, { cause });
  }
}

/** Password, database or rights are wrong. Repeating changes nothing until someone mends them. */
export class PostgresForbiddenError extends EliasError {
  override readonly name = 'PostgresForbiddenError';
  readonly code = 'ELIAS_POSTGRES_FORBIDDEN';
  readonly disposition = 'stop';
  constructor(
    readonly sqlState: string,
    cause: unknown,
  ) {
    super(`Postgres refuses access (${sqlState})`, { cause });
  }
}

/** The server has no TLS, or is not who it should be by its certificate. Repeating changes nothing until someone mends it or our settings. */
export class PostgresUntrustedError extends EliasError {
  override readonly name = 'PostgresUntrustedError';
  readonly code = 'ELIAS_POSTGRES_UNTRUSTED';
  readonly disposition = 'stop';
  /** @param reason Node's name of it, as in `ERR_TLS_CERT_ALTNAME_INVALID` */
  constructor(reason: string, cause: unknown) {
    super(`the Postgres server is not trusted (${reason})`, { cause });
  }
}

/** The server refused the data itself: a doubled key, a value that does not fit, a constraint. The same data is refused again. */
export class PostgresDataError extends EliasError {
  override readonly name = 'PostgresDataError';
  readonly code = 'ELIAS_POSTGRES_DATA_REFUSED';
  readonly disposition = 'dead-letter';
  readonly sqlState: string;
  readonly detail: string;
  readonly column: string;
  /** of a COPY, 1 for the first line of its input; 0 when the server did not say */
  readonly line: number;
  constructor(cause: Pick<pg.DatabaseError, 'message' | 'code' | 'detail' | 'where' | 'column'>) {
    super(`Postgres refused the data (${cause.code})`, { cause });
    this.sqlState = cause.code ?? '';
    this.detail = [cause.message, cause.detail].filter((part) => part !== undefined).join(': ');
    const place = /line (\d+)(?:, column (\w+))?/.exec(cause.where ?? '');
    this.line = Number(place?.[1] ?? 0);
    this.column = cause.column ?? place?.[2] ?? '';
  }
}

/** The statement is wrong, which is a bug of ours. */
export class PostgresStatementError extends EliasError {
  override readonly name = 'PostgresStatementError';
  readonly code = 'ELIAS_POSTGRES_STATEMENT';
  readonly disposition = 'stop';
  constructor(
    readonly sqlState: string,
    cause: unknown,
  ) {
    super(`Postgres refused a statement (${sqlState})`, { cause });
  }
}

/** 40001 serialization failure, 40P01 deadlock: the transaction was rolled back so that others go on; the same one may work now. */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');
}

/**
 * What an error of the driver means, by SQLSTATE where the server gave one. Source: PostgreSQL, "Appendix A. Error Codes".
 * An error without SQLSTATE is a fault of the connection if the system or the driver says that the connection is gone.
 * @param connectionLost whether the driver reported the connection as broken
 * @returns the error itself when it is neither
 */
export function postgresError(error: unknown, connectionLost: boolean): unknown {
  if (error instanceof EliasError) return error;
  if (error instanceof pg.DatabaseError) return byState(error);
  const untrusted = error instanceof Error && error.message === NO_TLS_THERE ? 'it has no TLS' : untrustedReason(error);
  if (untrusted !== null) return new PostgresUntrustedError(untrusted, error);
  if (connectionLost || isSystemError(error)) return new PostgresUnavailableError(null, error);
  return error;
}

function byState(error: pg.DatabaseError): EliasError {
  const state = error.code ?? '';
  if (UNAVAILABLE_STATES.has(state) || UNAVAILABLE_CLASSES.has(state.slice(0, 2))) return new PostgresUnavailableError(state, error);
  if (NOT_MIGRATED_STATES.has(state)) return new PostgresNotMigratedError(state, error);
  if (FORBIDDEN_STATES.has(state) || state.startsWith('28')) return new PostgresForbiddenError(state, error);
  if (DATA_CLASSES.has(state.slice(0, 2))) return new PostgresDataError(error);
  return new PostgresStatementError(state, error);
}

/** The driver has no code for it. */
const NO_TLS_THERE = 'The server does not support SSL connections';

/** 08 connection, 40 rollback (conflicts that outlived their repeats), 53 resources, 57 operator intervention, 58 system (I/O). */
const UNAVAILABLE_CLASSES = new Set(['08', '40', '53', '57', '58']);
/** read-only (a standby after a failover), lock and idle timeouts */
const UNAVAILABLE_STATES = new Set(['25006', '25P03', '25P04', '55P03']);
/** undefined schema, table, column */
const NOT_MIGRATED_STATES = new Set(['3F000', '42P01', '42703']);
/** unknown database, missing right */
const FORBIDDEN_STATES = new Set(['3D000', '42501']);
/** 22 data exception, 23 constraint, 54 program limit */
const DATA_CLASSES = new Set(['22', '23', '54']);

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
