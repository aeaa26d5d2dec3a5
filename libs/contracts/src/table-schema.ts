import type { ColumnType, TableModel } from './table-model.js';

/** A model as a Frictionless Table Schema, for readers of the CSV files. Source: specs.frictionlessdata.io, "Table Schema". */
export function tableSchema(model: TableModel): object {
  return {
    description: model.description,
    fields: model.columns.map(({ name, type, nullable, description }) => ({
      name,
      ...fieldType(type),
      description,
      constraints: { required: nullable !== true },
    })),
    primaryKey: [...model.key],
    missingValues: [''],
  };
}

function fieldType(type: ColumnType): { type: string; format?: string } {
  switch (type.kind) {
    case 'text':
      return { type: 'string' };
    case 'integer':
    case 'bigint':
      return { type: 'integer' };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'date' };
    case 'instant':
      return { type: 'datetime', format: 'default' };
    case 'decimal':
      return { type: 'number' };
  }
}
