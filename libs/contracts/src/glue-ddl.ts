import type { ColumnType, TableModel } from './table-model.js';

/** Where the gzip twins of a candle width lie, and which products and dates are there to be looked for. */
export interface GlueLocation {
  readonly bucket: string;
  readonly prefix: string;
  readonly granularity: number;
}

/**
 * Athena DDL of an external table over the gzip twins, with partition projection, so that no crawler and no `MSCK REPAIR` is needed.
 * All columns are strings to the CSV reader (OpenCSVSerDe gives nothing else); the view casts them. Source: AWS documentation,
 * "Partition projection with Amazon Athena" and "OpenCSVSerDe for processing CSV".
 */
export function glueCandlesDdl(model: TableModel, { bucket, prefix, granularity }: GlueLocation): string {
  const table = `${model.name}_${granularity}`;
  const location = `s3://${bucket}/${prefix}tables/${model.name}/granularity=${granularity}`;
  const columns = model.columns.map(({ name }) => `  \`${name}\` string`).join(',\n');
  const casts = model.columns.map(({ name, type }) => `  ${cast(name, type)} AS ${name}`).join(',\n');
  return `CREATE EXTERNAL TABLE ${table}_csv (
${columns}
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION '${location}/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
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

function cast(name: string, type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return name;
    case 'integer':
      return `CAST(${name} AS integer)`;
    case 'instant':
      return `from_iso8601_timestamp(${name})`;
    case 'decimal':
      return `CAST(${name} AS decimal(${type.precision}, ${type.scale}))`;
  }
}
