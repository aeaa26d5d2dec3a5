import { bytesOfViolatedLimit } from '../sql/read-create-table.js';
import { RedshiftError } from '../sql/redshift-error.js';
import type { RewrittenSql } from '../sql/source-edits.js';

/** What node-postgres adds to an error that the server sent. */
interface ServerError extends Error {
  code?: string;
  detail?: string;
  hint?: string;
  position?: string;
  constraint?: string;
  column?: string;
  table?: string;
}

export interface ErrorContext {
  /** the text that ran, to trace positions back; none for statements of the emulator's own */
  sql: RewrittenSql | null;
  /** length of what stood before it */
  prefixLength?: number;
  pid: number;
  queryId: number;
  /** the table exists in this transaction's snapshot, so whoever says otherwise dropped it since */
  tableInSnapshot: boolean;
  tableId: number;
}

/** PostgreSQL's error as Redshift words it, by its SQLSTATE. Texts: the facts' table; others keep PostgreSQL's words. */
export function translateError(error: unknown, context: ErrorContext): RedshiftError {
  if (error instanceof RedshiftError) return error;
  const server = error as ServerError;
  const cause = error;
  switch (server.code) {
    case '40001':
      return serializableViolation(context, cause);
    case '42P01':
      if (context.tableInSnapshot) return droppedUnderneath(cause);
      break;
    case 'XX000':
      if (/could not open relation/.test(server.message)) return droppedUnderneath(cause);
      break;
    case '23514': {
      const bytes = bytesOfViolatedLimit(server.constraint);
      if (bytes !== undefined) return new RedshiftError(`value too long for type character varying(${bytes})`, { cause });
      break;
    }
    case '23502':
      return new RedshiftError(`Cannot insert a NULL value into column ${server.column ?? ''}`.trimEnd(), { cause });
    case '21000':
      if (server.message.startsWith('MERGE command'))
        return new RedshiftError('Found multiple matches to update the same tuple.', { cause });
      break;
    case undefined:
      return new RedshiftError(`the connection to the database was lost: ${server.message}`, { cause });
  }
  return new RedshiftError(server.message, { detail: server.detail, hint: server.hint, position: positionOf(server, context), cause });
}

/** Text: seen on real AWS; which transactions form the cycle PostgreSQL does not tell, so only this one's number is true. */
export function serializableViolation(
  { tableId, queryId, pid }: Pick<ErrorContext, 'tableId' | 'queryId' | 'pid'>,
  cause?: unknown,
): RedshiftError {
  const detail = `Serializable isolation violation on table - ${tableId}, transactions forming the cycle are: ${queryId}, ${queryId + 1} (pid:${pid})`;
  return new RedshiftError('1023', { detail, cause });
}

export function droppedUnderneath(cause?: unknown): RedshiftError {
  return new RedshiftError('1018', { detail: 'Relation does not exist', cause });
}

function positionOf(server: ServerError, { sql, prefixLength = 0 }: ErrorContext): number | undefined {
  if (sql === null || server.position === undefined) return undefined;
  return sql.sourcePosition(Math.max(1, Number(server.position) - prefixLength));
}
