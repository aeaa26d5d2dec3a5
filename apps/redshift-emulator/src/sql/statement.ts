import type { CommonTable, Expression, Query, Source } from './expression.js';
import type { CopyStatement } from './read-copy.js';
import type { RewrittenSql } from './source-edits.js';
import type { TableName } from './sql-reader.js';

/** Expressions of a statement with the tables their names are looked up in. */
export interface ExpressionScope {
  commonTables: CommonTable[];
  sources: Source[];
  expressions: Expression[];
}

interface Readable {
  sql: RewrittenSql;
  /** tables whose columns the guard looks up */
  tables: TableName[];
}

/** One statement, understood as far as running it as Redshift would needs. */
export type Statement =
  | (Readable & { kind: 'query'; query: Query })
  | (Readable & {
      kind: 'write';
      verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE';
      target: TableName;
      queries: Query[];
      scopes: ExpressionScope[];
    })
  | (Readable & { kind: 'create-table-as'; name: TableName; query: Query })
  | (Readable & { kind: 'create-view'; query: Query })
  | { kind: 'copy'; copy: CopyStatement }
  /** DDL and LOCK: no expressions to guard; `lock` is exempt from everything that would take a snapshot */
  | { kind: 'command'; verb: string; sql: RewrittenSql }
  | { kind: 'lock'; sql: RewrittenSql }
  | { kind: 'show'; sql: RewrittenSql }
  /** commits by itself in Redshift, so it has no place in a batch that is one transaction */
  | { kind: 'truncate'; target: TableName; sql: RewrittenSql }
  /** cannot run inside a transaction block */
  | { kind: 'vacuum' }
  /** accepted, and without effect here: GRANT, ANALYZE COMPRESSION and the like */
  | { kind: 'nothing'; verb: string };

export type StatementKind = Statement['kind'];

/** Whether the statement leaves the database as it was and takes no locks that writers wait for. */
export const isReadOnly = (statement: Statement): boolean => statement.kind === 'query' || statement.kind === 'show';
