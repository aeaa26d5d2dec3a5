import { columnLine, readColumn, readCreateTable, skipTableConstraint } from './read-create-table.js';
import { readQuery } from './read-query.js';
import { notEmulated, RedshiftError } from './redshift-error.js';
import type { SqlReader } from './sql-reader.js';
import type { Statement } from './statement.js';

const command = (reader: SqlReader, verb: string): Statement => {
  reader.expectEnd();
  return { kind: 'command', verb, sql: reader.edits.apply() };
};

export function readCreate(reader: SqlReader): Statement {
  reader.expectWord('create');
  const position = reader.peek().start + 1;
  const orReplace = reader.acceptWord('or', 'replace');
  if (!orReplace) {
    if (reader.acceptWord('local')) reader.expectWord('temp');
    const temporary = reader.acceptWord('temp') || reader.acceptWord('temporary');
    if (reader.acceptWord('table')) return readCreateTable(reader, temporary);
    if (temporary) throw reader.syntaxError();
    if (reader.acceptWord('schema')) return readCreateSchema(reader);
  }
  if (reader.acceptWord('view')) return readCreateView(reader);
  if (
    reader.atAnyWord(['index', 'trigger', 'sequence', 'extension', 'domain', 'rule', 'type', 'unlogged']) ||
    reader.atWord('unique', 'index')
  ) {
    throw new RedshiftError(`CREATE ${reader.peek().text.toUpperCase()} is not supported in Amazon Redshift`, { position });
  }
  throw notEmulated(`CREATE ${reader.peek().text.toUpperCase()}`, position);
}

function readCreateSchema(reader: SqlReader): Statement {
  reader.acceptWord('if', 'not', 'exists');
  const { start } = reader.peek();
  const name = reader.expectName();
  if (name === 'emulator') throw notEmulated('a schema named emulator', start + 1);
  const from = reader.lastEnd;
  if (reader.acceptWord('authorization')) reader.expectName();
  if (reader.acceptWord('quota')) {
    if (!reader.acceptWord('unlimited')) {
      reader.expectInteger();
      if (!['mb', 'gb', 'tb'].some((unit) => reader.acceptWord(unit))) throw reader.syntaxError();
    }
  }
  if (reader.lastEnd > from) reader.edits.replace(from, reader.lastEnd, '');
  return command(reader, 'CREATE SCHEMA');
}

function readCreateView(reader: SqlReader): Statement {
  reader.expectTableName();
  if (reader.atOperator('(')) reader.expectNameList();
  reader.expectWord('as');
  const query = readQuery(reader);
  const { start } = reader.peek();
  if (reader.acceptWord('with', 'no', 'schema', 'binding')) reader.edits.replace(start, reader.lastEnd, '');
  reader.expectEnd();
  return { kind: 'create-view', query, sql: reader.edits.apply(), tables: reader.tables };
}

export function readDrop(reader: SqlReader): Statement {
  reader.expectWord('drop');
  const position = reader.peek().start + 1;
  const what = ['table', 'view', 'schema'].find((word) => reader.acceptWord(word));
  if (what === undefined) throw notEmulated(`DROP ${reader.peek().text.toUpperCase()}`, position);
  reader.acceptWord('if', 'exists');
  do {
    const { start } = reader.peek();
    const { name, schema } = reader.expectTableName();
    if (name === 'emulator' || schema === 'emulator') throw new RedshiftError(`schema "emulator" does not exist`, { position: start + 1 });
  } while (reader.acceptOperator(','));
  if (!reader.acceptWord('cascade')) reader.acceptWord('restrict');
  return command(reader, `DROP ${what.toUpperCase()}`);
}

/** Actions that Redshift has; one per statement. Keys and storage change nothing here. */
export function readAlter(reader: SqlReader): Statement {
  reader.expectWord('alter');
  if (!reader.acceptWord('table')) throw notEmulated(`ALTER ${reader.peek().text.toUpperCase()}`, reader.peek().start + 1);
  reader.expectTableName();
  const { start } = reader.peek();
  if (reader.acceptWord('add')) return readAlterAdd(reader);
  if (reader.acceptWord('drop')) {
    if (reader.acceptWord('constraint')) return nothing(reader, 'ALTER TABLE');
    reader.acceptWord('column');
    reader.expectName();
    if (!reader.acceptWord('cascade')) reader.acceptWord('restrict');
    return command(reader, 'ALTER TABLE');
  }
  if (reader.acceptWord('rename')) {
    if (!reader.acceptWord('to')) {
      reader.acceptWord('column');
      reader.expectName();
      reader.expectWord('to');
    }
    reader.expectName();
    return command(reader, 'ALTER TABLE');
  }
  if (reader.acceptWord('owner') || reader.acceptWord('alter') || reader.acceptWord('encode')) return nothing(reader, 'ALTER TABLE');
  throw notEmulated('this form of ALTER TABLE', start + 1);
}

function readAlterAdd(reader: SqlReader): Statement {
  if (reader.atAnyWord(['constraint', 'primary', 'unique', 'foreign', 'check'])) {
    skipTableConstraint(reader);
    reader.expectEnd();
    return { kind: 'nothing', verb: 'ALTER TABLE' };
  }
  reader.acceptWord('column');
  const { start } = reader.peek();
  const column = readColumn(reader);
  reader.edits.replace(start, reader.lastEnd, columnLine(column, false));
  return command(reader, 'ALTER TABLE');
}

/** Accepted and without effect; the rest of the statement is not looked at. */
export function nothing(reader: SqlReader, verb: string): Statement {
  while (reader.peek().kind !== 'end' && !reader.atOperator(';')) reader.next();
  reader.expectEnd();
  return { kind: 'nothing', verb };
}

/** `LOCK [TABLE] t, …`: always ACCESS EXCLUSIVE; PostgreSQL's modes are syntax errors. Source: AWS, "LOCK". */
export function readLock(reader: SqlReader): Statement {
  reader.expectWord('lock');
  reader.acceptWord('table');
  do reader.expectTableName();
  while (reader.acceptOperator(','));
  reader.expectEnd();
  return { kind: 'lock', sql: reader.edits.apply() };
}

export function readTruncate(reader: SqlReader): Statement {
  reader.expectWord('truncate');
  reader.acceptWord('table');
  const target = reader.expectTableName();
  reader.expectEnd();
  return { kind: 'truncate', target, sql: reader.edits.apply() };
}

export function readAnalyze(reader: SqlReader): Statement {
  reader.next();
  if (reader.atWord('compression')) throw notEmulated('ANALYZE COMPRESSION', reader.peek().start + 1);
  if (reader.atName()) {
    reader.expectTableName();
    if (reader.atOperator('(')) reader.expectNameList();
  }
  const { start } = reader.peek();
  if (reader.acceptWord('predicate', 'columns') || reader.acceptWord('all', 'columns')) reader.edits.replace(start, reader.lastEnd, '');
  return command(reader, 'ANALYZE');
}

const SETTINGS = ['statement_timeout', 'search_path', 'timezone', 'datestyle'];
const SETTINGS_WITHOUT_EFFECT = [
  'query_group',
  'enable_result_cache_for_session',
  'enable_case_sensitive_identifier',
  'analyze_threshold_percent',
];

/** `SET name {TO|=} value`; settings that PostgreSQL has alone are refused. */
export function readSet(reader: SqlReader): Statement {
  reader.next();
  if (reader.acceptWord('session')) reader.acceptWord('local');
  const token = reader.peek();
  const name = reader.expectLabel();
  if (SETTINGS_WITHOUT_EFFECT.includes(name)) return nothing(reader, 'SET');
  if (!SETTINGS.includes(name)) throw notEmulated(`the setting ${name}`, token.start + 1);
  while (reader.peek().kind !== 'end' && !reader.atOperator(';')) {
    if (reader.peek().kind === 'parameter') reader.bindParameter();
    else reader.next();
  }
  return command(reader, 'SET');
}

export function readShow(reader: SqlReader): Statement {
  reader.expectWord('show');
  const token = reader.peek();
  const name = reader.expectLabel();
  if (!SETTINGS.includes(name)) throw notEmulated(`SHOW ${name.toUpperCase()}`, token.start + 1);
  reader.expectEnd();
  return { kind: 'show', sql: reader.edits.apply() };
}

export function readComment(reader: SqlReader): Statement {
  reader.expectWord('comment', 'on');
  if (!['table', 'column', 'schema', 'view'].some((word) => reader.acceptWord(word))) throw reader.syntaxError();
  do reader.expectName();
  while (reader.acceptOperator('.'));
  reader.expectWord('is');
  if (!reader.acceptWord('null')) reader.expectString();
  return command(reader, 'COMMENT');
}
