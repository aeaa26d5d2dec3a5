import type { Expression } from './expression.js';
import { readCall, readWordExpression } from './read-call.js';
import { readQuery, startsQuery } from './read-query.js';
import { readType } from './redshift-types.js';
import { quoteLiteral } from './sql-reader.js';
import type { SqlReader } from './sql-reader.js';

const TEST: (operands: Expression[]) => Expression = (operands) => ({ is: 'test', operands });

/** OR, AND, NOT, comparison, LIKE and BETWEEN, other operators, + -, * / %, ^, sign, AT TIME ZONE, `::`. Loosest first, as PostgreSQL 8.0 had it. */
export function readExpression(reader: SqlReader): Expression {
  let left = readAnd(reader);
  while (reader.acceptWord('or')) left = TEST([left, readAnd(reader)]);
  return left;
}

function readAnd(reader: SqlReader): Expression {
  let left = readNot(reader);
  while (reader.acceptWord('and')) left = TEST([left, readNot(reader)]);
  return left;
}

function readNot(reader: SqlReader): Expression {
  return reader.acceptWord('not') ? TEST([readNot(reader)]) : readComparison(reader);
}

const COMPARISONS = ['=', '<>', '!=', '<=', '>=', '<', '>'];

function readComparison(reader: SqlReader): Expression {
  let left = readPredicate(reader);
  for (;;) {
    if (COMPARISONS.some((operator) => reader.atOperator(operator))) {
      reader.next();
      left = TEST([left, reader.atAnyWord(['any', 'some', 'all']) ? readQuantified(reader) : readPredicate(reader)]);
    } else if (reader.acceptWord('is')) {
      reader.acceptWord('not');
      // IS DISTINCT FROM is left out on purpose: Redshift does not have it
      if (!['null', 'true', 'false', 'unknown'].some((word) => reader.acceptWord(word))) throw reader.syntaxError();
      left = TEST([left]);
    } else if (reader.acceptWord('isnull') || reader.acceptWord('notnull')) {
      left = TEST([left]);
    } else {
      return left;
    }
  }
}

/** `ANY (SELECT …)`; arrays do not exist. */
function readQuantified(reader: SqlReader): Expression {
  reader.next();
  reader.expectOperator('(');
  if (!startsQuery(reader)) throw reader.syntaxError();
  const query = readQuery(reader);
  reader.expectOperator(')');
  return { is: 'subquery', query };
}

function readPredicate(reader: SqlReader): Expression {
  let left = readOther(reader);
  for (;;) {
    const negated = reader.atWord('not') && ['between', 'in', 'like', 'ilike', 'similar'].includes(reader.peek(1).value);
    if (negated) reader.next();
    if (reader.acceptWord('between')) {
      const low = readOther(reader);
      reader.expectWord('and');
      left = TEST([left, low, readOther(reader)]);
    } else if (reader.acceptWord('in')) {
      left = TEST([left, readInList(reader)]);
    } else if (reader.acceptWord('like') || reader.acceptWord('ilike') || reader.acceptWord('similar', 'to')) {
      const pattern = readOther(reader);
      if (reader.acceptWord('escape')) readOther(reader);
      left = TEST([left, pattern]);
    } else {
      return left;
    }
  }
}

function readInList(reader: SqlReader): Expression {
  reader.expectOperator('(');
  const content: Expression = startsQuery(reader) ? { is: 'subquery', query: readQuery(reader) } : readList(reader);
  reader.expectOperator(')');
  return content;
}

function readList(reader: SqlReader): Expression {
  const items = [readExpression(reader)];
  while (reader.acceptOperator(',')) items.push(readExpression(reader));
  return { is: 'list', items };
}

const OTHER_OPERATORS = ['||', '~', '!~', '~*', '!~*', '&', '|', '#', '<<', '>>'];

/** What binds tighter than a predicate: `||` and the like, and arithmetic. */
export function readOther(reader: SqlReader): Expression {
  return readOperators(reader, OTHER_OPERATORS, (inner) => readOperators(inner, ['+', '-'], readProduct));
}

function readProduct(reader: SqlReader): Expression {
  return readOperators(reader, ['*', '/', '%'], (inner) => readOperators(inner, ['^'], readSigned));
}

function readOperators(reader: SqlReader, operators: readonly string[], readOperand: (reader: SqlReader) => Expression): Expression {
  let left = readOperand(reader);
  while (operators.some((operator) => reader.atOperator(operator))) {
    const token = reader.next();
    const right = readOperand(reader);
    left = { is: 'arithmetic', operator: token.value, left, right, position: token.start + 1 };
  }
  return left;
}

function readSigned(reader: SqlReader): Expression {
  if (reader.acceptOperator('-') || reader.acceptOperator('+')) return readSigned(reader);
  return readPostfix(reader);
}

function readPostfix(reader: SqlReader): Expression {
  let operand = readPrimary(reader);
  for (;;) {
    if (reader.acceptOperator('::')) {
      operand = readCastType(reader, operand);
    } else if (reader.acceptWord('at', 'time', 'zone')) {
      operand = TEST([operand, readPrimary(reader)]);
    } else {
      return operand;
    }
  }
}

/** The type after `::` or AS, written as PostgreSQL's type of the same size. */
export function readCastType(reader: SqlReader, operand: Expression): Expression {
  const { start } = reader.peek();
  const type = readType(reader);
  reader.edits.replace(start, reader.lastEnd, type.postgres);
  return { is: 'cast', operand, type };
}

function readPrimary(reader: SqlReader): Expression {
  const token = reader.peek();
  switch (token.kind) {
    case 'number':
      reader.next();
      return { is: 'literal', kind: /e/i.test(token.value) ? 'float' : token.value.includes('.') ? 'decimal' : 'integer' };
    case 'string':
      reader.next();
      if (token.text.includes('\\')) reader.edits.replace(token.start, token.end, quoteLiteral(token.value));
      return { is: 'literal', kind: 'other' };
    case 'parameter':
      reader.bindParameter();
      return { is: 'literal', kind: 'other' };
    case 'operator':
      return readParenthesis(reader);
    case 'word':
    case 'quoted-identifier':
      return readWordExpression(reader) ?? readColumnOrCall(reader);
    case 'end':
      throw reader.syntaxError();
  }
}

/** A parenthesis in front: subquery, group, or row of values. */
function readParenthesis(reader: SqlReader): Expression {
  reader.expectOperator('(');
  const inside: Expression = startsQuery(reader) ? { is: 'subquery', query: readQuery(reader) } : readList(reader);
  reader.expectOperator(')');
  return inside.is === 'list' && inside.items.length === 1 ? inside.items[0]! : inside;
}

function readColumnOrCall(reader: SqlReader): Expression {
  if (reader.atOperator('(', 1)) return readCall(reader);
  const path = [reader.expectName()];
  while (reader.acceptOperator('.')) {
    if (reader.acceptOperator('*')) return { is: 'star', qualifier: path.at(-1)! };
    path.push(reader.expectName());
  }
  if (reader.atOperator('(')) throw reader.syntaxError();
  return { is: 'column', path };
}
