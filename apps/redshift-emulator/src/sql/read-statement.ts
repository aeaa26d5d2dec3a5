import {
  nothing,
  readAlter,
  readAnalyze,
  readComment,
  readCreate,
  readDrop,
  readLock,
  readSet,
  readShow,
  readTruncate,
} from './read-command.js';
import { readCopy } from './read-copy.js';
import { readQuery } from './read-query.js';
import { readWrite } from './read-write.js';
import { notEmulated, RedshiftError } from './redshift-error.js';
import { SqlReader } from './sql-reader.js';
import type { Statement } from './statement.js';

const TRANSACTION_CONTROL = ['begin', 'start', 'commit', 'end', 'rollback', 'abort', 'savepoint'];
const NOT_EMULATED = [
  'unload',
  'call',
  'explain',
  'declare',
  'fetch',
  'close',
  'prepare',
  'execute',
  'deallocate',
  'refresh',
  'use',
  'cancel',
];

/**
 * Reads one statement of Redshift's SQL and rewrites it for PostgreSQL.
 * @param parameters values of `:name`
 * @throws RedshiftError what Redshift would refuse, or what this emulator does not support
 */
export function readStatement(source: string, parameters: ReadonlyMap<string, string> = new Map()): Statement {
  const reader = new SqlReader(source, parameters);
  const first = reader.peek();
  if (first.kind === 'end') throw new RedshiftError('syntax error at end of input', { position: 1 });
  if (first.kind !== 'word') return reader.atOperator('(') ? query(reader) : refuse(reader);
  switch (first.value) {
    case 'select':
      return query(reader);
    case 'with':
      return isWrite(reader) ? readWrite(reader) : query(reader);
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return readWrite(reader);
    case 'copy':
      return { kind: 'copy', copy: readCopy(reader) };
    case 'create':
      return readCreate(reader);
    case 'drop':
      return readDrop(reader);
    case 'alter':
      return readAlter(reader);
    case 'lock':
      return readLock(reader);
    case 'truncate':
      return readTruncate(reader);
    case 'vacuum':
      nothing(reader, 'VACUUM');
      return { kind: 'vacuum' };
    case 'analyze':
    case 'analyse':
      return readAnalyze(reader);
    case 'set':
    case 'reset':
      return readSet(reader);
    case 'show':
      return readShow(reader);
    case 'comment':
      return readComment(reader);
    case 'grant':
    case 'revoke':
      return nothing(reader, first.value.toUpperCase());
    default:
      return refuse(reader);
  }
}

function query(reader: SqlReader): Statement {
  const read = readQuery(reader);
  reader.expectEnd();
  return { kind: 'query', query: read, sql: reader.edits.apply(), tables: reader.tables };
}

/** Whether a WITH clause leads to UPDATE or DELETE: the first such word at the outermost level decides. */
function isWrite(reader: SqlReader): boolean {
  let depth = 0;
  for (let ahead = 0; reader.peek(ahead).kind !== 'end'; ahead += 1) {
    const token = reader.peek(ahead);
    if (token.value === '(') depth += 1;
    else if (token.value === ')') depth -= 1;
    else if (depth === 0 && token.kind === 'word' && token.value === 'select') return false;
    else if (depth === 0 && token.kind === 'word' && ['insert', 'update', 'delete', 'merge'].includes(token.value)) return true;
  }
  return false;
}

function refuse(reader: SqlReader): never {
  const { value, text, start } = reader.peek();
  if (TRANSACTION_CONTROL.includes(value)) {
    throw notEmulated(`${text.toUpperCase()}: a call of the Data API is a transaction of its own, a batch is one`, start + 1);
  }
  if (NOT_EMULATED.includes(value)) throw notEmulated(text.toUpperCase(), start + 1);
  throw reader.syntaxError();
}
