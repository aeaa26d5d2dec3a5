import type { CommonTable, Expression, Query, SelectCore, SelectItem, Source } from './expression.js';
import { readSortKeys } from './read-call.js';
import { readExpression } from './read-expression.js';
import { notEmulated } from './redshift-error.js';
import type { SqlReader, TableName } from './sql-reader.js';
import { emulatedSystemTable } from './system-tables.js';

/** Whether a query begins here, parentheses in front allowed. VALUES is none: Redshift takes it in INSERT alone. */
export const startsQuery = (reader: SqlReader): boolean => {
  let ahead = 0;
  while (reader.atOperator('(', ahead)) ahead += 1;
  const token = reader.peek(ahead);
  return token.kind === 'word' && (token.value === 'select' || token.value === 'with');
};

/** `[WITH …] SELECT … [UNION …] [ORDER BY …] [LIMIT …]` */
export function readQuery(reader: SqlReader): Query {
  const commonTables = readCommonTables(reader);
  const operands = [readOperand(reader)];
  while (reader.atAnyWord(['union', 'intersect', 'except', 'minus'])) {
    const { value, start, end } = reader.next();
    if (value === 'minus') reader.edits.replace(start, end, 'EXCEPT');
    // INTERSECT ALL and EXCEPT ALL are not Redshift's
    if (value === 'union') reader.acceptWord('all');
    operands.push(readOperand(reader));
  }
  return { commonTables, operands, tail: readTail(reader) };
}

export function readCommonTables(reader: SqlReader): CommonTable[] {
  if (!reader.acceptWord('with')) return [];
  reader.acceptWord('recursive');
  const commonTables: CommonTable[] = [];
  do {
    const name = reader.expectName();
    const columnAliases = reader.atOperator('(') ? reader.expectNameList() : null;
    reader.expectWord('as');
    reader.expectOperator('(');
    if (!startsQuery(reader)) throw reader.syntaxError();
    commonTables.push({ name, columnAliases, query: readQuery(reader) });
    reader.expectOperator(')');
  } while (reader.acceptOperator(','));
  return commonTables;
}

function readOperand(reader: SqlReader): SelectCore | Query {
  if (reader.acceptOperator('(')) {
    const query = readQuery(reader);
    reader.expectOperator(')');
    return query;
  }
  return readSelect(reader);
}

/** The rows after VALUES. */
export function readValues(reader: SqlReader): SelectCore {
  const rows: Expression[][] = [];
  do {
    reader.expectOperator('(');
    const row: Expression[] = [];
    do row.push(readExpression(reader));
    while (reader.acceptOperator(','));
    reader.expectOperator(')');
    rows.push(row);
  } while (reader.acceptOperator(','));
  const [first = [], ...others] = rows;
  return { items: first.map((expression, index) => ({ expression, name: `column${index + 1}` })), sources: [], clauses: others.flat() };
}

function readSelect(reader: SqlReader): SelectCore {
  reader.expectWord('select');
  if (reader.atWord('top')) throw notEmulated('TOP (write LIMIT)', reader.peek().start + 1);
  if (!reader.acceptWord('all')) reader.acceptWord('distinct');
  if (reader.atWord('on')) throw reader.syntaxError();
  const items = readItems(reader);
  if (reader.atWord('into')) throw notEmulated('SELECT INTO (write CREATE TABLE AS)', reader.peek().start + 1);
  const sources: Source[] = [];
  const clauses: Expression[] = [];
  if (reader.acceptWord('from')) readSources(reader, sources, clauses);
  if (reader.acceptWord('where')) clauses.push(readExpression(reader));
  if (reader.acceptWord('group', 'by')) {
    if (reader.atAnyWord(['rollup', 'cube', 'grouping'])) throw notEmulated('GROUPING SETS, ROLLUP and CUBE', reader.peek().start + 1);
    do clauses.push(readExpression(reader));
    while (reader.acceptOperator(','));
  }
  if (reader.acceptWord('having')) clauses.push(readExpression(reader));
  if (reader.atWord('qualify')) throw notEmulated('QUALIFY', reader.peek().start + 1);
  return { items, sources, clauses };
}

function readItems(reader: SqlReader): SelectItem[] {
  const items: SelectItem[] = [];
  do {
    if (reader.acceptOperator('*')) {
      items.push({ expression: { is: 'star', qualifier: null }, name: null });
      continue;
    }
    const expression = readExpression(reader);
    const alias = reader.acceptWord('as') ? reader.expectLabel() : reader.atName() ? reader.expectName() : null;
    items.push({ expression, name: alias ?? (expression.is === 'column' ? expression.path.at(-1)! : null) });
  } while (reader.acceptOperator(','));
  return items;
}

/** FROM or USING: tables, subqueries and joins, flattened; what ON says goes to `clauses`. */
export function readSources(reader: SqlReader, sources: Source[], clauses: Expression[]): void {
  do readJoined(reader, sources, clauses);
  while (reader.acceptOperator(','));
}

function readJoined(reader: SqlReader, sources: Source[], clauses: Expression[]): void {
  readSource(reader, sources, clauses);
  for (;;) {
    const natural = reader.acceptWord('natural');
    const crossed = !natural && reader.acceptWord('cross');
    if (!crossed && ['left', 'right', 'full'].some((side) => reader.acceptWord(side))) reader.acceptWord('outer');
    else if (!crossed) reader.acceptWord('inner');
    if (!reader.acceptWord('join')) return;
    readSource(reader, sources, clauses);
    if (natural || crossed) continue;
    if (reader.acceptWord('using')) {
      reader.expectNameList();
    } else {
      reader.expectWord('on');
      clauses.push(readExpression(reader));
    }
  }
}

function readSource(reader: SqlReader, sources: Source[], clauses: Expression[]): void {
  if (reader.atOperator('(') && !startsQuery(reader)) {
    reader.expectOperator('(');
    readJoined(reader, sources, clauses);
    reader.expectOperator(')');
    return;
  }
  if (reader.acceptOperator('(')) {
    const query = readQuery(reader);
    reader.expectOperator(')');
    const { alias, columnAliases } = readAlias(reader);
    // PostgreSQL takes a subquery without alias since 16, Redshift does not
    if (alias === null) throw reader.syntaxError();
    sources.push({ alias, columnAliases, from: { is: 'query', query } });
    return;
  }
  if (reader.atWord('values') || reader.atWord('lateral')) throw reader.syntaxError();
  const table = readSourceTable(reader);
  if (reader.atOperator('(')) throw notEmulated('functions in FROM', table.start + 1);
  const { alias, columnAliases } = readAlias(reader);
  const emulated = emulatedSystemTable(table);
  if (emulated !== null) reader.edits.replace(table.start, table.end, alias === null ? `${emulated} AS ${table.name}` : emulated);
  sources.push({ alias: alias ?? table.name, columnAliases, from: { is: 'table', table } });
}

/** A table that the guard looks up. */
export function readSourceTable(reader: SqlReader): TableName {
  const table = reader.expectTableName();
  reader.tables.push(table);
  return table;
}

function readAlias(reader: SqlReader): { alias: string | null; columnAliases: string[] | null } {
  const alias = reader.acceptWord('as') || reader.atName() ? reader.expectName() : null;
  return { alias, columnAliases: alias !== null && reader.atOperator('(') ? reader.expectNameList() : null };
}

function readTail(reader: SqlReader): Expression[] {
  const tail: Expression[] = [];
  if (reader.acceptWord('order', 'by')) tail.push(...readSortKeys(reader));
  for (;;) {
    if (reader.acceptWord('limit')) {
      if (!reader.acceptWord('all')) tail.push(readExpression(reader));
    } else if (reader.acceptWord('offset')) {
      tail.push(readExpression(reader));
    } else {
      return tail;
    }
  }
}
