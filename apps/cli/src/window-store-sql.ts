import { columnNames, DATASET_MODELS, MARKET_SCHEMA } from '@elias/contracts';
import type { Column } from '@elias/contracts';
import { canonicalDecimal, parseInstant } from '@elias/market-data';
import type { LedgerEntry } from './stored-window.js';

/** Value of a column as a store gave it, as text. */
export type StoredValue = string | number | boolean | null;

export const CANDLE_COLUMNS = columnNames(DATASET_MODELS.candles);
const LEDGER_COLUMNS = [
  ...['unknown_periods', 'open_periods', 'collected_at', 'collection_id', 'no_trade_periods'],
  ...['csv_sha256', 'row_count', 'unknown_ranges', 'open_ranges', 'state'],
];

/** How a store names columns, parameters and instants. */
export interface StoreDialect {
  name(column: string): string;
  parameter(name: string, position: number): string;
  /** SQL that gives the column as text; instants as `2023-12-01 00:00:00` in UTC */
  text(column: Column): string;
}

export function rowsSql({ name, parameter, text }: StoreDialect): string {
  const columns = DATASET_MODELS.candles.columns.map((column) => `${text(column)} AS ${name(column.name)}`);
  const started = name('started_at');
  return `SELECT ${columns.join(', ')} FROM ${MARKET_SCHEMA}.candles t
WHERE t.${name('product_id')} = ${parameter('product_id', 1)} AND t.${name('granularity')} = CAST(${parameter('granularity', 2)} AS INTEGER)
  AND t.${started} >= ${parameter('from', 3)} AND t.${started} < ${parameter('to', 4)}
ORDER BY t.${started}`;
}

export function ledgerSql({ name, parameter }: StoreDialect): string {
  const columns = LEDGER_COLUMNS.map((column) => `CAST(t.${name(column)} AS VARCHAR(65535)) AS ${name(column)}`);
  return `SELECT ${columns.join(', ')} FROM ${MARKET_SCHEMA}.load_ledger t WHERE t.${name('window_id')} = ${parameter('window_id', 1)}`;
}

/** A candle row as the one line that the archive's CSV has for equal values. */
export function csvLine(row: Readonly<Record<string, StoredValue>>): string {
  return DATASET_MODELS.candles.columns.map(({ name, type }) => canonical(type.kind, row[name])).join(',');
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

function canonical(kind: string, value: StoredValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (kind === 'decimal') return canonicalDecimal(String(value));
  return kind === 'instant' ? instant(String(value)) : String(value);
}

/** `2023-12-01 00:00:00`, `2023-12-01 00:00:00.0` and `2023-12-01 00:00:00+00` are all UTC here. */
function instant(text: string): string {
  return text.replace(' ', 'T').replace(/(?:\.0+)?(?:\+00(?::?00)?)?$/, 'Z');
}
