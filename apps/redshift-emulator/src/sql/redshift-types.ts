import { notEmulated, RedshiftError } from './redshift-error.js';
import type { SqlReader } from './sql-reader.js';

export type TypeKind =
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'real'
  | 'double'
  | 'boolean'
  | 'char'
  | 'varchar'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'super'
  | 'interval';

export interface SqlType {
  kind: TypeKind;
  /** the PostgreSQL type that stands for it */
  postgres: string;
  /** VARCHAR: bytes; CHAR: bytes, which are its characters */
  length?: number;
  precision?: number;
  scale?: number;
}

/** Types of PostgreSQL that Redshift lacks. Source: AWS, "Unsupported PostgreSQL data types". */
const POSTGRES_ONLY = [
  'bytea',
  'json',
  'jsonb',
  'uuid',
  'xml',
  'money',
  'inet',
  'cidr',
  'macaddr',
  'serial',
  'serial4',
  'serial8',
  'smallserial',
  'bigserial',
  'tsvector',
  'tsquery',
  'point',
  'box',
  'circle',
  'bit',
  'hstore',
  'name',
  'regclass',
];
/** Types of Redshift that this emulator lacks. */
const NOT_EMULATED = ['geometry', 'geography', 'hllsketch', 'varbyte', 'varbinary', 'timetz'];

const PLAIN: Readonly<Record<string, SqlType>> = {
  smallint: { kind: 'smallint', postgres: 'smallint' },
  int2: { kind: 'smallint', postgres: 'smallint' },
  integer: { kind: 'integer', postgres: 'integer' },
  int: { kind: 'integer', postgres: 'integer' },
  int4: { kind: 'integer', postgres: 'integer' },
  bigint: { kind: 'bigint', postgres: 'bigint' },
  int8: { kind: 'bigint', postgres: 'bigint' },
  real: { kind: 'real', postgres: 'real' },
  float4: { kind: 'real', postgres: 'real' },
  float8: { kind: 'double', postgres: 'double precision' },
  boolean: { kind: 'boolean', postgres: 'boolean' },
  bool: { kind: 'boolean', postgres: 'boolean' },
  date: { kind: 'date', postgres: 'date' },
  timestamptz: { kind: 'timestamptz', postgres: 'timestamptz' },
  super: { kind: 'super', postgres: 'jsonb' },
};

/**
 * Reads a type name.
 * @throws RedshiftError types that only PostgreSQL has, arrays, sizes out of bounds
 */
export function readType(reader: SqlReader): SqlType {
  const { start } = reader.peek();
  const type = readTypeName(reader);
  if (reader.atOperator('[') || reader.atWord('array')) {
    throw new RedshiftError(`Column type "${type.postgres}[]" is not supported in Amazon Redshift: it has no arrays`, {
      position: start + 1,
    });
  }
  return type;
}

function readTypeName(reader: SqlReader): SqlType {
  const token = reader.peek();
  if (token.kind !== 'word') throw reader.syntaxError();
  const position = token.start + 1;
  const name = reader.next().value;
  if (POSTGRES_ONLY.includes(name)) throw new RedshiftError(`type "${name}" does not exist`, { position });
  if (NOT_EMULATED.includes(name)) throw notEmulated(`the type ${name.toUpperCase()}`, position);
  switch (name) {
    case 'decimal':
    case 'numeric':
      return readDecimal(reader, position);
    case 'double':
      reader.expectWord('precision');
      return { kind: 'double', postgres: 'double precision' };
    case 'float':
      return readFloat(reader);
    case 'character':
    case 'char':
    case 'nchar':
      return reader.acceptWord('varying') ? readVarchar(reader, position, 256) : readChar(reader, position);
    case 'bpchar':
      return { kind: 'char', postgres: 'character(256)', length: 256 };
    case 'varchar':
    case 'nvarchar':
      return readVarchar(reader, position, 256);
    case 'text':
      return { kind: 'varchar', postgres: 'character varying(256)', length: 256 };
    case 'timestamp':
      return { kind: readZone(reader) ? 'timestamptz' : 'timestamp', postgres: readZoneName(reader) };
    case 'time':
      if (reader.acceptWord('without')) reader.expectWord('time', 'zone');
      return { kind: 'time', postgres: 'time' };
    case 'interval':
      throw notEmulated('columns and casts of type INTERVAL', position);
    default: {
      const plain = PLAIN[name];
      if (plain === undefined) throw new RedshiftError(`type "${name}" does not exist`, { position });
      return plain;
    }
  }
}

/** Without precision DECIMAL is DECIMAL(18, 0). Source: AWS, "Numeric types". */
function readDecimal(reader: SqlReader, position: number): SqlType {
  let [precision, scale] = [18, 0];
  if (reader.acceptOperator('(')) {
    precision = reader.expectInteger();
    if (reader.acceptOperator(',')) scale = reader.expectInteger();
    reader.expectOperator(')');
  }
  if (precision < 1 || precision > 38) throw new RedshiftError(`NUMERIC precision ${precision} must be between 1 and 38`, { position });
  if (scale > Math.min(precision, 37))
    throw new RedshiftError(`NUMERIC scale ${scale} must be between 0 and precision ${precision}`, { position });
  return { kind: 'decimal', postgres: `numeric(${precision}, ${scale})`, precision, scale };
}

function readFloat(reader: SqlReader): SqlType {
  if (!reader.acceptOperator('(')) return PLAIN['float8']!;
  const bits = reader.expectInteger();
  reader.expectOperator(')');
  return bits <= 24 ? PLAIN['real']! : PLAIN['float8']!;
}

function readVarchar(reader: SqlReader, position: number, otherwise: number): SqlType {
  const length = readLength(reader, otherwise, 65_535);
  if (length < 1 || length > 65_535) throw new RedshiftError(`length for type character varying must be between 1 and 65535`, { position });
  return { kind: 'varchar', postgres: `character varying(${length})`, length };
}

function readChar(reader: SqlReader, position: number): SqlType {
  const length = readLength(reader, 1, 4_096);
  if (length < 1 || length > 4_096) throw new RedshiftError(`length for type character must be between 1 and 4096`, { position });
  return { kind: 'char', postgres: `character(${length})`, length };
}

function readLength(reader: SqlReader, otherwise: number, max: number): number {
  if (!reader.acceptOperator('(')) return otherwise;
  const length = reader.acceptWord('max') ? max : reader.expectInteger();
  reader.expectOperator(')');
  return length;
}

function readZone(reader: SqlReader): boolean {
  return reader.atWord('with', 'time', 'zone');
}

function readZoneName(reader: SqlReader): string {
  if (reader.acceptWord('with', 'time', 'zone')) return 'timestamptz';
  reader.acceptWord('without', 'time', 'zone');
  return 'timestamp';
}
