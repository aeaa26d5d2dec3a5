import { readExpression } from './read-expression.js';
import { readQuery, startsQuery } from './read-query.js';
import { notEmulated, RedshiftError } from './redshift-error.js';
import { readType } from './redshift-types.js';
import type { SqlType } from './redshift-types.js';
import { quoteIdentifier, quoteTable } from './sql-reader.js';
import type { SqlReader, TableName } from './sql-reader.js';
import type { RewrittenSql } from './source-edits.js';
import type { Statement } from './statement.js';

interface ColumnDefinition {
  name: string;
  type: SqlType;
  notNull: boolean;
  /** PostgreSQL text of DEFAULT and IDENTITY */
  extras: string[];
}

const generated = (text: string): RewrittenSql => ({ text, sourcePosition: () => 1 });

/**
 * `CREATE [TEMP] TABLE`, after the word TABLE: keys become NOT NULL and nothing else, storage attributes fall away, VARCHAR
 * counts bytes, text is compared by bytes.
 */
export function readCreateTable(reader: SqlReader, temporary: boolean): Statement {
  const ifNotExists = reader.acceptWord('if', 'not', 'exists');
  const name = reader.expectTableName();
  if (temporary && name.schema !== null) {
    throw new RedshiftError('cannot create temporary relation in non-temporary schema', { position: name.start + 1 });
  }
  const head = `CREATE ${temporary ? 'TEMPORARY ' : ''}TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${quoteTable(name)}`;
  if (!reader.atOperator('(') || startsQuery(reader)) return readTableAs(reader, head, name);
  const body = readTableBody(reader);
  readTableAttributes(reader);
  if (reader.atWord('as')) return readTableAs(reader, `${head} (${body.names.map(quoteIdentifier).join(', ')})`, name);
  reader.expectEnd();
  return { kind: 'command', verb: 'CREATE TABLE', sql: generated(`${head} (\n  ${body.lines.join(',\n  ')}\n)`) };
}

function readTableAs(reader: SqlReader, head: string, name: TableName): Statement {
  readTableAttributes(reader);
  reader.expectWord('as');
  const { start } = reader.peek();
  const query = readQuery(reader);
  const { text, sourcePosition } = reader.edits.apply(start, reader.lastEnd);
  reader.expectEnd();
  const prefix = `${head} AS `;
  const sql = { text: prefix + text, sourcePosition: (position: number) => sourcePosition(Math.max(1, position - prefix.length)) };
  return { kind: 'create-table-as', name, query, sql, tables: reader.tables };
}

function readTableBody(reader: SqlReader): { lines: string[]; names: string[] } {
  reader.expectOperator('(');
  const columns: ColumnDefinition[] = [];
  const likes: string[] = [];
  const keyColumns = new Set<string>();
  const names: string[] = [];
  do {
    if (reader.acceptWord('like')) likes.push(readLike(reader));
    else if (reader.atAnyWord(['primary', 'unique', 'foreign', 'constraint', 'check'])) readTableConstraint(reader, keyColumns);
    else if (reader.atName() && (reader.atOperator(',', 1) || reader.atOperator(')', 1))) names.push(reader.expectName());
    else columns.push(readColumn(reader));
  } while (reader.acceptOperator(','));
  reader.expectOperator(')');
  const missing = [...keyColumns].find((key) => likes.length === 0 && !columns.some(({ name }) => name === key));
  if (missing !== undefined) throw new RedshiftError(`column "${missing}" named in key does not exist`);
  return { lines: [...likes, ...columns.map((column) => columnLine(column, keyColumns.has(column.name)))], names };
}

/** Column types and NOT NULL are inherited, byte limits with them. */
function readLike(reader: SqlReader): string {
  const parent = reader.expectTableName();
  let defaults = false;
  while (reader.atAnyWord(['including', 'excluding'])) {
    defaults = reader.next().value === 'including';
    reader.expectWord('defaults');
  }
  return `LIKE ${quoteTable(parent)} INCLUDING CONSTRAINTS${defaults ? ' INCLUDING DEFAULTS' : ''}`;
}

export function readColumn(reader: SqlReader): ColumnDefinition {
  const column: ColumnDefinition = { name: reader.expectName(), type: readType(reader), notNull: false, extras: [] };
  while (readColumnAttribute(reader, column));
  return column;
}

function readColumnAttribute(reader: SqlReader, column: ColumnDefinition): boolean {
  const position = reader.peek().start + 1;
  if (reader.acceptWord('not', 'null')) column.notNull = true;
  else if (reader.acceptWord('null') || reader.acceptWord('unique') || reader.acceptWord('distkey') || reader.acceptWord('sortkey'))
    return true;
  else if (reader.acceptWord('primary', 'key')) column.notNull = true;
  else if (reader.acceptWord('encode')) reader.expectLabel();
  else if (reader.acceptWord('default')) column.extras.push(`DEFAULT ${readSourceOf(reader)}`);
  else if (reader.acceptWord('identity')) column.extras.push(readIdentity(reader, 'ALWAYS'));
  else if (reader.acceptWord('generated', 'by', 'default', 'as', 'identity')) column.extras.push(readIdentity(reader, 'BY DEFAULT'));
  else if (reader.acceptWord('references')) readReference(reader);
  else if (reader.atWord('check')) throw checkRefused(position);
  else if (reader.atWord('collate')) throw notEmulated('COLLATE', position);
  else if (reader.atWord('generated')) throw reader.syntaxError();
  else return false;
  return true;
}

const checkRefused = (position: number): RedshiftError =>
  new RedshiftError('CHECK constraints are not supported in Amazon Redshift', { position });

function readSourceOf(reader: SqlReader): string {
  const { start } = reader.peek();
  readExpression(reader);
  return reader.edits.apply(start, reader.lastEnd).text;
}

/** `IDENTITY(seed, step)` */
function readIdentity(reader: SqlReader, when: 'ALWAYS' | 'BY DEFAULT'): string {
  reader.expectOperator('(');
  const seed = reader.expectInteger();
  reader.expectOperator(',');
  const step = reader.expectInteger();
  reader.expectOperator(')');
  return `GENERATED ${when} AS IDENTITY (MINVALUE ${Math.min(seed, 1)} START ${seed} INCREMENT ${step})`;
}

function readReference(reader: SqlReader): void {
  reader.expectTableName();
  if (reader.atOperator('(')) reader.expectNameList();
}

/** Redshift keeps keys for its planner and enforces none; the columns of a primary key are NOT NULL. */
function readTableConstraint(reader: SqlReader, keyColumns: Set<string>): void {
  if (reader.acceptWord('constraint')) reader.expectName();
  if (reader.acceptWord('primary', 'key')) {
    for (const name of reader.expectNameList()) keyColumns.add(name);
  } else if (reader.acceptWord('unique')) {
    reader.expectNameList();
  } else if (reader.acceptWord('foreign', 'key')) {
    reader.expectNameList();
    reader.expectWord('references');
    readReference(reader);
  } else if (reader.atWord('check')) {
    throw checkRefused(reader.peek().start + 1);
  } else {
    throw reader.syntaxError();
  }
}

export function skipTableConstraint(reader: SqlReader): void {
  readTableConstraint(reader, new Set());
}

export function columnLine(column: ColumnDefinition, isKey: boolean): string {
  const { name, type, extras } = column;
  const text = type.kind === 'varchar' || type.kind === 'char';
  return [
    quoteIdentifier(name),
    type.postgres,
    ...(text ? ['COLLATE "C"'] : []),
    ...extras,
    ...(column.notNull || isKey ? ['NOT NULL'] : []),
    ...(type.kind === 'varchar' ? [byteLimit(name, type.length!)] : []),
  ].join(' ');
}

/** Name of the check that holds a VARCHAR to its bytes; the limit is read back from it when it is violated. */
const byteLimit = (column: string, bytes: number): string =>
  `CONSTRAINT ${quoteIdentifier(`octets_${bytes}_${column}`)} CHECK (octet_length(${quoteIdentifier(column)}) <= ${bytes})`;

export const bytesOfViolatedLimit = (constraint: string | undefined): number | undefined => {
  const bytes = /^octets_(\d+)_/.exec(constraint ?? '')?.[1];
  return bytes === undefined ? undefined : Number(bytes);
};

/** How the table is stored, which here is nothing: DISTSTYLE, DISTKEY, SORTKEY, ENCODE AUTO, BACKUP. */
function readTableAttributes(reader: SqlReader): void {
  for (;;) {
    if (reader.acceptWord('diststyle')) {
      if (!['auto', 'even', 'key', 'all'].some((style) => reader.acceptWord(style))) throw reader.syntaxError();
    } else if (reader.acceptWord('distkey')) {
      reader.expectNameList();
    } else if (reader.acceptWord('compound', 'sortkey') || reader.acceptWord('interleaved', 'sortkey')) {
      reader.expectNameList();
    } else if (reader.acceptWord('sortkey')) {
      if (!reader.acceptWord('auto')) reader.expectNameList();
    } else if (reader.acceptWord('encode')) {
      reader.expectWord('auto');
    } else if (reader.acceptWord('backup')) {
      if (!reader.acceptWord('yes')) reader.expectWord('no');
    } else {
      return;
    }
  }
}
