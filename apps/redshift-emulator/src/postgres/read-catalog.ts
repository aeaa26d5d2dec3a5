import type { LoadColumn } from '../copy/load-column.js';
import type { TableColumns, ValueKind } from '../sql/guard-decimals.js';
import type { TypeKind } from '../sql/redshift-types.js';
import type { PostgresSession } from './postgres-session.js';

export interface CatalogColumn extends LoadColumn {
  /** PostgreSQL's name of the type, which Redshift shares */
  typeName: string;
  /** a default or an identity fills it when COPY leaves it out */
  filled: boolean;
}

export interface CatalogTable {
  oid: number;
  columns: CatalogColumn[];
}

export interface NamedTable {
  schema: string | null;
  name: string;
}

export const tableKey = ({ schema, name }: NamedTable): string => (schema === null ? name : `${schema}.${name}`);

/** Read by plain SELECT, so that it shows what the transaction's snapshot shows. */
const TABLES_SQL = `
SELECT q.ordinal, c.oid, a.attname, t.typname, a.atttypmod, a.attnotnull, a.atthasdef OR a.attidentity <> ''
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (schema_name, table_name, ordinal)
JOIN LATERAL (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = q.table_name AND c.relkind IN ('r', 'v', 'p', 'm')
    AND (n.nspname = q.schema_name OR (q.schema_name IS NULL AND n.nspname = ANY (current_schemas(true))))
  ORDER BY array_position(current_schemas(true), n.nspname) LIMIT 1
) c ON true
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
ORDER BY q.ordinal, a.attnum`;

/** Columns of the tables that exist, by `schema.table` or `table` as they were named. */
export async function readTables(session: PostgresSession, tables: readonly NamedTable[]): Promise<Map<string, CatalogTable>> {
  const found = new Map<string, CatalogTable>();
  if (tables.length === 0) return found;
  const { rows } = await session.query(TABLES_SQL, [tables.map((table) => table.schema), tables.map((table) => table.name)]);
  for (const [ordinal, oid, name, typeName, typeModifier, notNull, filled] of rows) {
    const key = tableKey(tables[Number(ordinal) - 1]!);
    const table = found.get(key) ?? { oid: Number(oid), columns: [] };
    found.set(key, table);
    table.columns.push({
      name: name!,
      typeName: typeName!,
      nullable: notNull !== 't',
      filled: filled === 't',
      kind: KINDS[typeName!] ?? 'varchar',
      ...sizes(typeName!, Number(typeModifier)),
    });
  }
  return found;
}

const KINDS: Readonly<Record<string, TypeKind>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  numeric: 'decimal',
  float4: 'real',
  float8: 'double',
  bool: 'boolean',
  bpchar: 'char',
  varchar: 'varchar',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
  jsonb: 'super',
};

/** Sizes out of a type modifier. Source: PostgreSQL, `numeric_typmod` and `varchar` in its sources. */
export function sizes(typeName: string, typeModifier: number): { length?: number; precision?: number; scale?: number } {
  if (typeName === 'numeric') {
    if (typeModifier < 0) return { precision: 38, scale: 37 };
    return { precision: ((typeModifier - 4) >> 16) & 0xffff, scale: (typeModifier - 4) & 0x7ff };
  }
  if (typeName === 'varchar' || typeName === 'bpchar') return { length: typeModifier < 0 ? 65_535 : typeModifier - 4 };
  if (typeName === 'text' || typeName === 'name') return { length: 65_535 };
  return {};
}

/** The same as the guard of decimal arithmetic sees it. */
export function valueKinds(tables: ReadonlyMap<string, CatalogTable>): TableColumns {
  const kinds = new Map<string, ReadonlyMap<string, ValueKind>>();
  for (const [key, { columns }] of tables) kinds.set(key, new Map(columns.map((column) => [column.name, valueKind(column.kind)])));
  return kinds;
}

function valueKind(kind: TypeKind): ValueKind {
  if (kind === 'decimal') return 'decimal';
  if (kind === 'real' || kind === 'double') return 'float';
  return kind === 'smallint' || kind === 'integer' || kind === 'bigint' ? 'integer' : 'other';
}
