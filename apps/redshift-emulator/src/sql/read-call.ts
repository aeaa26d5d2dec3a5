import type { Expression } from './expression.js';
import { readCastType, readExpression, readOther } from './read-expression.js';
import { readQuery, startsQuery } from './read-query.js';
import { notEmulated, RedshiftError } from './redshift-error.js';
import { findFunction, isFunctionNotEmulated } from './redshift-functions.js';
import type { SqlReader } from './sql-reader.js';

const OTHER: Expression = { is: 'literal', kind: 'other' };

/** Expressions that begin with a word of their own: CASE, CAST, EXISTS, typed literals. Undefined: not one of them. */
export function readWordExpression(reader: SqlReader): Expression | undefined {
  if (reader.acceptWord('case')) return readCase(reader);
  if (reader.atWord('cast') && reader.atOperator('(', 1)) return readCast(reader);
  if (reader.atWord('exists') && reader.atOperator('(', 1)) return readExists(reader);
  if (reader.atWord('extract') && reader.atOperator('(', 1)) return readExtract(reader);
  if (reader.acceptWord('null') || reader.acceptWord('true') || reader.acceptWord('false')) return OTHER;
  if (reader.acceptWord('current_date') || reader.acceptWord('current_user') || reader.acceptWord('session_user')) return OTHER;
  if (reader.acceptWord('default')) return OTHER;
  if (reader.atWord('sysdate')) return readSysdate(reader);
  if (reader.atAnyWord(['date', 'timestamp', 'timestamptz', 'time', 'interval']) && reader.peek(1).kind === 'string') {
    reader.next();
    reader.next();
    return OTHER;
  }
  return undefined;
}

function readSysdate(reader: SqlReader): Expression {
  const { start, end } = reader.next();
  reader.edits.replace(start, end, 'emulator.sysdate()');
  return OTHER;
}

function readCase(reader: SqlReader): Expression {
  const conditions: Expression[] = [];
  const results: Expression[] = [];
  if (!reader.atWord('when')) conditions.push(readExpression(reader));
  while (reader.acceptWord('when')) {
    conditions.push(readExpression(reader));
    reader.expectWord('then');
    results.push(readExpression(reader));
  }
  if (results.length === 0) throw reader.syntaxError();
  if (reader.acceptWord('else')) results.push(readExpression(reader));
  reader.expectWord('end');
  return { is: 'choice', conditions, results };
}

function readCast(reader: SqlReader): Expression {
  reader.expectWord('cast');
  reader.expectOperator('(');
  const operand = readExpression(reader);
  reader.expectWord('as');
  const cast = readCastType(reader, operand);
  reader.expectOperator(')');
  return cast;
}

function readExists(reader: SqlReader): Expression {
  reader.expectWord('exists');
  reader.expectOperator('(');
  if (!startsQuery(reader)) throw reader.syntaxError();
  const query = readQuery(reader);
  reader.expectOperator(')');
  return { is: 'test', operands: [{ is: 'subquery', query }] };
}

/** `EXTRACT(part FROM value)` */
function readExtract(reader: SqlReader): Expression {
  reader.expectWord('extract');
  reader.expectOperator('(');
  if (reader.peek().kind === 'string') reader.next();
  else reader.expectLabel();
  reader.expectWord('from');
  const value = readExpression(reader);
  reader.expectOperator(')');
  return { is: 'test', operands: [value] };
}

/**
 * `name(arguments) [OVER (…)]`. Only functions known to give the same in both databases pass.
 * @throws RedshiftError a function that Redshift lacks, or that this emulator lacks
 */
export function readCall(reader: SqlReader): Expression {
  const token = reader.next();
  const name = token.value;
  const position = token.start + 1;
  const found = findFunction(name);
  if (found === undefined) {
    if (isFunctionNotEmulated(name)) throw notEmulated(`the function ${name.toUpperCase()}`, position);
    throw new RedshiftError(`function ${name}() does not exist`, {
      position,
      hint: 'No function matches the given name and argument types. You may need to add explicit type casts.',
    });
  }
  if (found.postgres !== undefined) reader.edits.replace(token.start, token.end, found.postgres);
  reader.expectOperator('(');
  const values = readArguments(reader, name);
  reader.expectOperator(')');
  return { is: 'call', function: found, arguments: values, window: reader.acceptWord('over') ? readWindow(reader) : [] };
}

function readArguments(reader: SqlReader, name: string): Expression[] {
  if (reader.atOperator(')')) return [];
  if (reader.acceptOperator('*')) return [OTHER];
  if (name === 'trim') return readTrim(reader);
  if (name === 'position') {
    const needle = readOther(reader);
    reader.expectWord('in');
    return [needle, readOther(reader)];
  }
  reader.acceptWord('distinct');
  const values = [readExpression(reader)];
  if (name === 'substring' && reader.acceptWord('from')) {
    values.push(readExpression(reader));
    if (reader.acceptWord('for')) values.push(readExpression(reader));
    return values;
  }
  while (reader.acceptOperator(',')) values.push(readExpression(reader));
  return values;
}

/** `TRIM([BOTH|LEADING|TRAILING] [characters FROM] text)` */
function readTrim(reader: SqlReader): Expression[] {
  const sided = reader.acceptWord('both') || reader.acceptWord('leading') || reader.acceptWord('trailing');
  if (sided && reader.acceptWord('from')) return [readExpression(reader)];
  const values = [readExpression(reader)];
  if (reader.acceptWord('from')) values.push(readExpression(reader));
  return values;
}

const FRAME_BOUNDS = ['unbounded', 'current', 'preceding', 'following', 'row', 'and', 'between'];

/** `(PARTITION BY … ORDER BY … ROWS …)`; RANGE and GROUPS frames are PostgreSQL's. */
function readWindow(reader: SqlReader): Expression[] {
  reader.expectOperator('(');
  const parts: Expression[] = [];
  if (reader.acceptWord('partition', 'by')) {
    do parts.push(readExpression(reader));
    while (reader.acceptOperator(','));
  }
  if (reader.acceptWord('order', 'by')) parts.push(...readSortKeys(reader));
  if (reader.acceptWord('rows')) {
    while (FRAME_BOUNDS.some((word) => reader.acceptWord(word)) || reader.peek().kind === 'number') {
      if (reader.peek().kind === 'number') reader.next();
    }
  }
  reader.expectOperator(')');
  return parts;
}

export function readSortKeys(reader: SqlReader): Expression[] {
  const keys: Expression[] = [];
  do {
    keys.push(readExpression(reader));
    if (!reader.acceptWord('asc')) reader.acceptWord('desc');
    if (reader.acceptWord('nulls') && !reader.acceptWord('first')) reader.expectWord('last');
  } while (reader.acceptOperator(','));
  return keys;
}
