import { csvField } from '@elias/archive';
import { DATASET_MODELS, MARKET_SCHEMA, placeConditions } from '@elias/contracts';
import type { Column } from '@elias/contracts';
import { canonicalDecimal, parseInstant } from '@elias/market-data';
import type { Dataset, Window } from '@elias/market-data';
import type { LedgerEntry } from './stored-window.js';

/** Value of a column as a store gave it, as text. */
export type StoredValue = string | number | boolean | null;

const LEDGER_COLUMNS = [
  ...['unknown_periods', 'open_periods', 'collected_at', 'collection_id', 'no_trade_periods'],
  ...['csv_sha256', 'row_count', 'unknown_ranges', 'open_ranges', 'state'],
];

/** How a store names columns, parameters and instants. */
export interface StoreDialect {
  name(column: string): string;
  parameter(name: string, position: number): string;
  /** SQL that gives the column as text; instants as `2023-12-01 00:00:00` in UTC, with the parts of a second that they have */
  text(column: Column): string;
}

/** A query for a window's rows, sorted by their key, and its parameters by name, in their order. */
export function rowsQuery(
  window: Window,
  { name, parameter, text }: StoreDialect,
  schema = MARKET_SCHEMA,
): { sql: string; parameters: Record<string, string | number> } {
  const { columns, key, name: table } = DATASET_MODELS[window.dataset];
  const place = placeConditions(window);
  const parameters = Object.fromEntries(place.map(({ of, value }) => [of, value]));
  const conditions = place.map(({ of, column, operator, value }, i) => {
    const wanted = parameter(of, i + 1);
    return `t.${name(column)} ${operator} ${typeof value === 'number' ? `CAST(${wanted} AS INTEGER)` : wanted}`;
  });
  const sql = `SELECT ${columns.map((column) => `${text(column)} AS ${name(column.name)}`).join(', ')} FROM ${schema}.${table} t
WHERE ${conditions.join(' AND ')}
ORDER BY ${key.map((column) => `t.${name(column)}`).join(', ')}`;
  return { sql, parameters };
}

export function ledgerSql({ name, parameter }: StoreDialect, schema = MARKET_SCHEMA): string {
  const columns = LEDGER_COLUMNS.map((column) => `CAST(t.${name(column)} AS VARCHAR(65535)) AS ${name(column)}`);
  return `SELECT ${columns.join(', ')} FROM ${schema}.load_ledger t WHERE t.${name('window_id')} = ${parameter('window_id', 1)}`;
}

/** A row as the one line that the archive's CSV has for equal values. */
export function csvLine(dataset: Dataset, row: Readonly<Record<string, StoredValue>>): string {
  return DATASET_MODELS[dataset].columns.map(({ name, type }) => csvField(canonical(type, row[name]))).join(',');
}

export function ledgerEntry(row: Readonly<Record<string, StoredValue>>): LedgerEntry {
  return {
    revision: {
      unknown: Number(row['unknown_periods']),
      open: Number(row['open_periods']),
      collectedAtMs: parseInstant(instant(String(row['collected_at']))),
      collectionId: String(row['collection_id']),
    },
    csvSha256: String(row['csv_sha256']),
    rowCount: Number(row['row_count']),
    noTrade: Number(row['no_trade_periods']),
    unknownRanges: String(row['unknown_ranges'] ?? ''),
    openRanges: String(row['open_ranges'] ?? ''),
    state: String(row['state']),
  };
}

function canonical(type: Column['type'], value: StoredValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (type.kind === 'decimal') return canonicalDecimal(String(value));
  if (type.kind !== 'instant') return String(value);
  return type.milliseconds === true ? millisecond(String(value)) : instant(String(value));
}

/** `2023-12-01 00:00:00`, and with any number of digits after its point, which are never more than three that are not 0. */
function millisecond(text: string): string {
  const [, second = '', digits = ''] = /^([^.+]+)(?:\.(\d+))?/.exec(text) ?? [];
  return `${second.replace(' ', 'T')}.${digits.replace(/0+$/, '').padEnd(3, '0')}Z`;
}

/** `2023-12-01 00:00:00`, `2023-12-01 00:00:00.0` and `2023-12-01 00:00:00+00` are all UTC here. */
function instant(text: string): string {
  return text.replace(' ', 'T').replace(/(?:\.0+)?(?:\+00(?::?00)?)?$/, 'Z');
}
