import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data';

/** DECIMAL, dates and instants come as text; a BIGINT above 2^53 has lost digits, so it is to be cast to VARCHAR in the query. */
export type ResultValue = string | number | boolean | null;
export type ResultRow = Record<string, ResultValue>;

/** Some rows of a result, in the order of its columns, whose names may be equal. */
export interface ResultPage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ResultValue[])[];
}

export function resultPage(columns: readonly ColumnMetadata[], records: readonly (readonly Field[])[]): ResultPage {
  const width = Math.max(columns.length, records[0]?.length ?? 0);
  return {
    columns: Array.from({ length: width }, (_, at) => columnName(columns, at)),
    rows: records.map((fields) => fields.map(fieldValue)),
  };
}

/** Rows of one page by column name. */
export function resultRows({ columns, rows }: ResultPage): ResultRow[] {
  return rows.map((row) => Object.fromEntries(row.map((value, at) => [columns[at], value])));
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
