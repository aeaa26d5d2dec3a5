import { describeType } from '../execution/column-metadata.js';
import type { EmulatorDatabase } from '../postgres/emulator-database.js';
import { readTables } from '../postgres/read-catalog.js';
import { present } from './describe.js';
import { pageOf } from './page-token.js';
import type { Requests } from './requests.js';

type Answer = Record<string, unknown>;

const HIDDEN_SCHEMAS = `n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname <> 'emulator'`;

/** What is in the database: the operations that answer at once, without a statement. */
export class ListCatalog {
  constructor(
    private readonly database: EmulatorDatabase,
    private readonly databaseName: string,
  ) {}

  databases(request: Requests['ListDatabases']): Answer {
    const { items, nextToken } = pageOf([this.databaseName], request.NextToken, request.MaxResults);
    return present({ Databases: items, NextToken: nextToken });
  }

  async schemas(request: Requests['ListSchemas']): Promise<Answer> {
    const { rows } = await this.database.pool.query<{ nspname: string }>(
      `SELECT n.nspname FROM pg_namespace n WHERE ${HIDDEN_SCHEMAS} AND n.nspname LIKE $1 ORDER BY 1`,
      [request.SchemaPattern ?? '%'],
    );
    const { items, nextToken } = pageOf(
      rows.map(({ nspname }) => nspname),
      request.NextToken,
      request.MaxResults,
    );
    return present({ Schemas: items, NextToken: nextToken });
  }

  async tables(request: Requests['ListTables']): Promise<Answer> {
    const { rows } = await this.database.pool.query<{ name: string; schema: string; kind: string }>(
      `SELECT c.relname AS name, n.nspname AS schema, c.relkind AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'v') AND ${HIDDEN_SCHEMAS} AND n.nspname LIKE $1 AND c.relname LIKE $2 ORDER BY 2, 1`,
      [request.SchemaPattern ?? '%', request.TablePattern ?? '%'],
    );
    const listed = rows.map(({ name, schema, kind }) => {
      const system = schema === 'pg_catalog' || schema === 'information_schema';
      return { name, schema, type: `${system ? 'SYSTEM ' : ''}${kind === 'v' ? 'VIEW' : 'TABLE'}` };
    });
    const { items, nextToken } = pageOf(listed, request.NextToken, request.MaxResults);
    return present({ Tables: items, NextToken: nextToken });
  }

  /** Columns of one table; of a table that does not exist, none. */
  async table(request: Requests['DescribeTable']): Promise<Answer> {
    const { Schema: schema = null, Table: name } = request;
    if (name === undefined) return { ColumnList: [] };
    const session = await this.database.openSession(this.databaseName);
    try {
      const table = [...(await readTables(session, [{ schema, name }])).values()][0];
      const columns = (table?.columns ?? []).map((column) => ({
        ...describeType(column.typeName, modifierOf(column)),
        name: column.name,
        label: column.name,
        isCurrency: false,
        nullable: column.nullable ? 1 : 0,
        schemaName: schema ?? 'public',
        tableName: name,
      }));
      const { items, nextToken } = pageOf(columns, request.NextToken, request.MaxResults);
      return present({ TableName: name, ColumnList: items, NextToken: nextToken });
    } finally {
      await session.close();
    }
  }
}

/** Back to the modifier that `describeType` reads. Source: PostgreSQL, `numerictypmodin`. */
function modifierOf({ precision, scale, length }: { precision?: number; scale?: number; length?: number }): number {
  if (precision !== undefined) return ((precision << 16) | (scale ?? 0)) + 4;
  return length === undefined ? -1 : length + 4;
}
