import type { FieldDef } from 'pg';
import { sizes } from '../postgres/read-catalog.js';
import type { PostgresSession } from '../postgres/postgres-session.js';

/** As the Data API shows a column. */
export interface ColumnMetadata {
  isCaseSensitive: boolean;
  isCurrency: boolean;
  isSigned: boolean;
  label: string;
  name: string;
  nullable: number;
  precision: number;
  scale: number;
  schemaName: string;
  tableName: string;
  typeName: string;
  length: number;
  columnDefault?: string;
}

/** Names of the types that results have here. Source: PostgreSQL, pg_type.dat. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  16: 'bool',
  20: 'int8',
  21: 'int2',
  23: 'int4',
  25: 'varchar',
  26: 'oid',
  19: 'name',
  700: 'float4',
  701: 'float8',
  705: 'varchar',
  1042: 'bpchar',
  1043: 'varchar',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1700: 'numeric',
  3802: 'super',
};

const SIGNED = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'];
/** Digits of the integer types, characters of the fixed ones, as JDBC reports them. */
const PRECISIONS: Readonly<Record<string, number>> = {
  int2: 5,
  int4: 10,
  int8: 19,
  float4: 8,
  float8: 17,
  bool: 1,
  date: 13,
  timestamp: 29,
  timestamptz: 35,
};

export function describeType(
  typeName: string,
  typeModifier: number,
): Pick<ColumnMetadata, 'typeName' | 'precision' | 'scale' | 'length' | 'isSigned' | 'isCaseSensitive'> {
  const { precision, scale, length } = sizes(typeName, typeModifier);
  const text = typeName === 'varchar' || typeName === 'bpchar';
  return {
    typeName,
    precision: precision ?? (text ? (length ?? 0) : (PRECISIONS[typeName] ?? 0)),
    scale: scale ?? 0,
    length: length ?? 0,
    isSigned: SIGNED.includes(typeName),
    isCaseSensitive: text,
  };
}

/** Columns of a result; those that come straight from a table name it. */
export async function describeColumns(session: PostgresSession, fields: readonly FieldDef[]): Promise<ColumnMetadata[]> {
  const origins = await readOrigins(session, fields);
  return fields.map((field) => {
    const origin = origins.get(`${field.tableID}.${field.columnID}`);
    return {
      ...describeType(TYPE_NAMES[field.dataTypeID] ?? 'varchar', field.dataTypeModifier),
      isCurrency: false,
      label: field.name,
      name: origin?.column ?? field.name,
      nullable: origin?.notNull === true ? 0 : 1,
      schemaName: origin?.schema ?? '',
      tableName: origin?.table ?? '',
    };
  });
}

interface Origin {
  schema: string;
  table: string;
  column: string;
  notNull: boolean;
}

async function readOrigins(session: PostgresSession, fields: readonly FieldDef[]): Promise<Map<string, Origin>> {
  const tables = [...new Set(fields.map((field) => field.tableID).filter((id) => id !== 0))];
  if (tables.length === 0) return new Map();
  const { rows } = await session.query(
    `SELECT a.attrelid, a.attnum, n.nspname, c.relname, a.attname, a.attnotnull
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0`,
    [tables],
  );
  return new Map(
    rows.map(([table, number, schema, name, column, notNull]) => [
      `${table}.${number}`,
      { schema: schema === 'emulator' ? 'pg_catalog' : schema!, table: name!, column: column!, notNull: notNull === 't' },
    ]),
  );
}
