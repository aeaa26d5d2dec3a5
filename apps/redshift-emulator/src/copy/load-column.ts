import type { TypeKind } from '../sql/redshift-types.js';

/** A column that COPY fills, in the order of the file's fields. */
export interface LoadColumn {
  name: string;
  kind: TypeKind;
  nullable: boolean;
  /** VARCHAR, CHAR: bytes */
  length?: number;
  /** DECIMAL */
  precision?: number;
  scale?: number;
}

/** Type and length as `sys_load_error_detail` shows them, e.g. `numeric` and `24, 10`. */
export function describeColumn(column: LoadColumn): { type: string; length: string } {
  const type = { smallint: 'int2', integer: 'int4', bigint: 'int8', decimal: 'numeric', real: 'float4', double: 'float8' }[
    column.kind as string
  ];
  const length =
    column.kind === 'decimal' ? `${column.precision}, ${column.scale}` : column.length === undefined ? '' : String(column.length);
  return { type: type ?? column.kind, length };
}
