import type { CommonTable, Expression, Query, Source } from './expression.js';
import { readExpression } from './read-expression.js';
import { readCommonTables, readQuery, readSources, readSourceTable, readValues, startsQuery } from './read-query.js';
import { notEmulated, RedshiftError } from './redshift-error.js';
import type { SqlReader, TableName } from './sql-reader.js';
import type { ExpressionScope, Statement } from './statement.js';

type Write = Extract<Statement, { kind: 'write' }>;

/** INSERT, UPDATE, DELETE, MERGE, a WITH clause in front allowed where Redshift allows it. */
export function readWrite(reader: SqlReader): Write {
  const commonTables = readCommonTables(reader);
  const verb = reader.peek().value;
  const parts = ((): Omit<Write, 'sql' | 'tables' | 'kind'> => {
    switch (verb) {
      case 'insert':
        return readInsert(reader, commonTables);
      case 'update':
        return readUpdate(reader, commonTables);
      case 'delete':
        return readDelete(reader, commonTables);
      case 'merge':
        if (commonTables.length > 0) throw reader.syntaxError();
        return readMerge(reader);
      default:
        throw reader.syntaxError();
    }
  })();
  reader.expectEnd();
  return { kind: 'write', ...parts, sql: reader.edits.apply(), tables: reader.tables };
}

const sourceOf = (table: TableName, alias = table.name): Source => ({ alias, columnAliases: null, from: { is: 'table', table } });

/** `INSERT INTO t [(columns)] {VALUES … | SELECT … | DEFAULT VALUES}`; what may follow in PostgreSQL is a syntax error. */
function readInsert(reader: SqlReader, commonTables: CommonTable[]): Omit<Write, 'sql' | 'tables' | 'kind'> {
  reader.expectWord('insert', 'into');
  const target = readSourceTable(reader);
  if (reader.atOperator('(') && !startsQuery(reader)) reader.expectNameList();
  const queries: Query[] = [];
  const scopes: ExpressionScope[] = [];
  if (reader.acceptWord('values')) {
    const rows = readValues(reader);
    scopes.push({ commonTables, sources: [], expressions: [...rows.items.map((item) => item.expression), ...rows.clauses] });
  } else if (reader.acceptWord('default')) {
    reader.expectWord('values');
  } else {
    const query = readQuery(reader);
    queries.push({ ...query, commonTables: [...commonTables, ...query.commonTables] });
  }
  return { verb: 'INSERT', target, queries, scopes };
}

function readAssignments(reader: SqlReader): Expression[] {
  const values: Expression[] = [];
  do {
    reader.expectName();
    reader.expectOperator('=');
    values.push(readExpression(reader));
  } while (reader.acceptOperator(','));
  return values;
}

function readUpdate(reader: SqlReader, commonTables: CommonTable[]): Omit<Write, 'sql' | 'tables' | 'kind'> {
  reader.expectWord('update');
  const target = readSourceTable(reader);
  const named = reader.acceptWord('as') || (reader.atName() && !reader.atWord('set'));
  const sources = [sourceOf(target, named ? reader.expectName() : undefined)];
  reader.expectWord('set');
  const expressions = readAssignments(reader);
  if (reader.acceptWord('from')) readSources(reader, sources, expressions);
  if (reader.acceptWord('where')) expressions.push(readExpression(reader));
  return { verb: 'UPDATE', target, queries: [], scopes: [{ commonTables, sources, expressions }] };
}

/**
 * `DELETE [FROM] t [USING …] [WHERE …]`: no alias on the target, and FROM may only be left out without USING.
 * Source: AWS, "DELETE".
 */
function readDelete(reader: SqlReader, commonTables: CommonTable[]): Omit<Write, 'sql' | 'tables' | 'kind'> {
  reader.expectWord('delete');
  const hasFrom = reader.acceptWord('from');
  if (!hasFrom) reader.edits.insert(reader.lastEnd, ' FROM');
  const target = readSourceTable(reader);
  const sources = [sourceOf(target)];
  const expressions: Expression[] = [];
  if (hasFrom && reader.acceptWord('using')) readSources(reader, sources, expressions);
  if (reader.acceptWord('where')) expressions.push(readExpression(reader));
  return { verb: 'DELETE', target, queries: [], scopes: [{ commonTables, sources, expressions }] };
}

/**
 * `MERGE INTO t USING s [alias] ON … WHEN MATCHED THEN {UPDATE|DELETE} WHEN NOT MATCHED THEN INSERT …`: both clauses, in
 * this order; the source is a table; no alias on the target, no further condition, no DO NOTHING. Source: AWS, "MERGE".
 */
function readMerge(reader: SqlReader): Omit<Write, 'sql' | 'tables' | 'kind'> {
  reader.expectWord('merge', 'into');
  const target = readSourceTable(reader);
  reader.expectWord('using');
  if (reader.atOperator('(')) {
    throw new RedshiftError('The source of MERGE must be a table in Amazon Redshift, not a subquery', {
      position: reader.peek().start + 1,
    });
  }
  const source = readSourceTable(reader);
  const alias = reader.acceptWord('as') || reader.atName() ? reader.expectName() : source.name;
  reader.expectWord('on');
  const expressions = [readExpression(reader)];
  if (reader.atWord('remove', 'duplicates')) throw notEmulated('MERGE … REMOVE DUPLICATES', reader.peek().start + 1);
  reader.expectWord('when', 'matched', 'then');
  if (!reader.acceptWord('delete')) {
    reader.expectWord('update', 'set');
    expressions.push(...readAssignments(reader));
  }
  reader.expectWord('when', 'not', 'matched', 'then', 'insert');
  if (reader.atOperator('(')) reader.expectNameList();
  reader.expectWord('values');
  const rows = readValues(reader);
  expressions.push(...rows.items.map((item) => item.expression), ...rows.clauses);
  return {
    verb: 'MERGE',
    target,
    queries: [],
    scopes: [{ commonTables: [], sources: [sourceOf(target), sourceOf(source, alias)], expressions }],
  };
}
