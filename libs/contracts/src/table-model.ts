/** A column as both stores, the CSV and the schemas see it. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable?: boolean;
  readonly description: string;
}

export type ColumnType =
  | { readonly kind: 'text'; readonly maxBytes: number }
  | { readonly kind: 'integer' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  /** `milliseconds`: written with three digits of them; the stores' types hold both */
  | { readonly kind: 'instant'; readonly milliseconds?: true }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

export interface TableModel {
  /** table name without its schema */
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  /** primary key: enforced by Postgres, informational in Redshift */
  readonly key: readonly string[];
  /** Redshift sort key */
  readonly sortKey: readonly string[];
}

/** A table whose rows are windows' rows. */
export interface DatasetModel extends TableModel {
  /** which columns say whose window a row is in; the time column is in the window's period */
  readonly place: { readonly product: string | null; readonly granularity: string | null; readonly time: string };
}

/** A query over the tables, by a name of its own; the same text in both stores. */
export interface ViewModel {
  /** without its schema */
  readonly name: string;
  readonly description: string;
  readonly select: string;
}

export const columnNames = (model: TableModel): string[] => model.columns.map(({ name }) => name);
