import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data';

/** DECIMAL, dates and instants come as text; a BIGINT above 2^53 has lost digits, so it is to be cast to VARCHAR in the query. */
export type ResultValue = string | number | boolean | null;
export type ResultRow = Record<string, ResultValue>;

/** Rows of one page by column name. */
export function resultRows(columns: readonly ColumnMetadata[], records: readonly (readonly Field[])[]): ResultRow[] {
  return records.map((fields) => Object.fromEntries(fields.map((field, at) => [columnName(columns, at), fieldValue(field)])));
}

function columnName(columns: readonly ColumnMetadata[], at: number): string {
  return columns[at]?.label ?? columns[at]?.name ?? `column_${at + 1}`;
}

/** @throws RangeError when the field has none of the members that the Data API documents */
function fieldValue(field: Field): ResultValue {
  if (field.isNull === true) return null;
  const value = field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue;
  if (value !== undefined) return value;
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue).toString('hex');
  throw new RangeError('a result field without a value');
}
