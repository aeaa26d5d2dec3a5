import type { KnownFunction } from './redshift-functions.js';
import type { SqlType } from './redshift-types.js';
import type { TableName } from './sql-reader.js';

/** Just as much of an expression as the guard needs to tell which operand is a decimal column. */
export type Expression =
  | { is: 'column'; path: string[] }
  | { is: 'star'; qualifier: string | null }
  | { is: 'literal'; kind: 'integer' | 'decimal' | 'float' | 'other' }
  | { is: 'cast'; operand: Expression; type: SqlType }
  | { is: 'call'; function: KnownFunction; arguments: Expression[]; window: Expression[] }
  | { is: 'arithmetic'; operator: string; left: Expression; right: Expression; position: number }
  | { is: 'choice'; conditions: Expression[]; results: Expression[] }
  | { is: 'test'; operands: Expression[] }
  | { is: 'list'; items: Expression[] }
  | { is: 'subquery'; query: Query };

export interface SelectItem {
  expression: Expression;
  /** output name: the alias, or the column's own name */
  name: string | null;
}

export interface Source {
  alias: string;
  columnAliases: string[] | null;
  from: { is: 'table'; table: TableName } | { is: 'query'; query: Query };
}

export interface CommonTable {
  name: string;
  columnAliases: string[] | null;
  query: Query;
}

/** A SELECT without its set operations; the rows of VALUES are one too, its items the first row. */
export interface SelectCore {
  items: SelectItem[];
  sources: Source[];
  /** ON, WHERE, GROUP BY, HAVING */
  clauses: Expression[];
}

export interface Query {
  commonTables: CommonTable[];
  /** the operands of UNION, INTERSECT, EXCEPT */
  operands: (SelectCore | Query)[];
  /** ORDER BY, LIMIT, OFFSET */
  tail: Expression[];
}
