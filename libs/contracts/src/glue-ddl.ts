import { ALL_PRODUCTS } from '@elias/market-data';
import type { Column, TableModel } from './table-model.js';

/** Where a table's gzip twins lie below the bucket, and how it is called. */
export interface GlueTable {
  readonly bucket: string;
  readonly prefix: string;
  /** e.g. `candles_60` */
  readonly name: string;
  /** e.g. `candles/granularity=60` */
  readonly folder: string;
  /** one twin per product, which a query has to name, or one of all products */
  readonly products: 'one' | 'all';
}

/**
 * Athena DDL of an external table over gzip twins, with partition projection, so that no crawler and no `MSCK REPAIR` is needed.
 * All columns are strings to the CSV reader (OpenCSVSerDe gives nothing else); the view casts them. Source: AWS documentation,
 * "Partition projection with Amazon Athena" and "OpenCSVSerDe for processing CSV".
 */
export function glueDdl(model: TableModel, { bucket, prefix, name: table, folder, products }: GlueTable): string {
  const location = `s3://${bucket}/${prefix}tables/${folder}`;
  const columns = model.columns.map(({ name }) => `  \`${name}\` string`).join(',\n');
  const casts = model.columns.map((column) => `  ${cast(column)} AS "${column.name}"`).join(',\n');
  const product = products === 'one' ? `'injected'` : `'enum',\n  'projection.product.values' = '${ALL_PRODUCTS}'`;
  return `CREATE EXTERNAL TABLE ${table}_csv (
${columns}
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION '${location}/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = ${product},
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = '${location}/product=\${product}/dt=\${dt}/'
);

CREATE OR REPLACE VIEW ${table} AS
SELECT
${casts}
FROM ${table}_csv;
`;
}

/** An empty field of a nullable column is NULL. Names are quoted: `last` is a reserved word. Source: AWS, "Reserved keywords" of Athena. */
function cast({ name, type, nullable }: Column): string {
  const value = nullable === true ? `NULLIF("${name}", '')` : `"${name}"`;
  switch (type.kind) {
    case 'text':
      return value;
    case 'integer':
    case 'bigint':
    case 'boolean':
    case 'date':
      return `CAST(${value} AS ${type.kind})`;
    case 'instant':
      return `from_iso8601_timestamp(${value})`;
    case 'decimal':
      return `CAST(${value} AS decimal(${type.precision}, ${type.scale}))`;
  }
}
