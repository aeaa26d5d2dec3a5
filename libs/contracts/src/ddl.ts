import { MARKET_SCHEMA } from './dataset-models.js';
import type { Column, ColumnType, TableModel, ViewModel } from './table-model.js';

/** `CREATE TABLE` for Postgres. Text is compared by bytes, so that order is the same in both stores. */
export function postgresTable(model: TableModel): string {
  return postgresTableIn(MARKET_SCHEMA, model);
}

/** The same in another schema. */
export function postgresTableIn(schema: string, model: TableModel): string {
  return createTable(schema, model, { typeOf: postgresType, nameOf: (column) => column }, [`PRIMARY KEY (${model.key.join(', ')})`], '');
}

/** `CREATE TABLE` for Redshift. Its keys are informational: nothing enforces them. */
export function redshiftTable(model: TableModel): string {
  return redshiftTableIn(MARKET_SCHEMA, model);
}

/** The same in another schema. */
export function redshiftTableIn(schema: string, model: TableModel): string {
  const key = model.key.map(redshiftName).join(', ');
  const attributes = `\nDISTSTYLE AUTO\nSORTKEY (${model.sortKey.map(redshiftName).join(', ')})`;
  return createTable(schema, model, { typeOf: redshiftType, nameOf: redshiftName }, [`PRIMARY KEY (${key})`], attributes);
}

/** `CREATE VIEW` for either store. */
export function marketView({ name, select }: ViewModel): string {
  return `CREATE VIEW ${MARKET_SCHEMA}.${name} AS\n${select};`;
}

/** A column name as every Redshift statement writes it: `open` is a reserved word there. Source: AWS documentation, "Reserved words". */
export function redshiftName(column: string): string {
  return `"${column}"`;
}

interface Dialect {
  typeOf: (type: ColumnType) => string;
  nameOf: (column: string) => string;
}

function createTable(schema: string, model: TableModel, { typeOf, nameOf }: Dialect, constraints: string[], attributes: string): string {
  const column = ({ name, type, nullable }: Column): string => `${nameOf(name)} ${typeOf(type)}${nullable === true ? '' : ' NOT NULL'}`;
  const lines = [...model.columns.map(column), ...constraints].map((line) => `  ${line}`);
  return `CREATE TABLE ${schema}.${model.name} (\n${lines.join(',\n')}\n)${attributes};`;
}

function postgresType(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return 'TEXT COLLATE "C"';
    case 'integer':
      return 'INTEGER';
    case 'bigint':
      return 'BIGINT';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'instant':
      return 'TIMESTAMPTZ';
    case 'decimal':
      return `NUMERIC(${type.precision}, ${type.scale})`;
  }
}

/** `VARCHAR(n)` counts bytes in Redshift; instants are UTC without a zone. */
export function redshiftType(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return `VARCHAR(${type.maxBytes})`;
    case 'integer':
      return 'INTEGER';
    case 'bigint':
      return 'BIGINT';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'instant':
      return 'TIMESTAMP';
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
  }
}
