import { PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import type { Dataset } from '@elias/market-data';
import type { Column, ColumnType, TableModel } from './table-model.js';

/** Schema of both stores that holds what Elias loads. */
export const MARKET_SCHEMA = 'market';

const text = (maxBytes: number): ColumnType => ({ kind: 'text', maxBytes });
const integer: ColumnType = { kind: 'integer' };
const instant: ColumnType = { kind: 'instant' };
const price: ColumnType = { kind: 'decimal', ...PRICE_TYPE };
const size: ColumnType = { kind: 'decimal', ...SIZE_TYPE };

const windowIdColumn: Column = {
  name: 'window_id',
  type: text(160),
  description: 'name of the window, e.g. candles/60/BTC-USD/2023-12-01',
};
const revisionColumns: readonly Column[] = [
  { name: 'unknown_periods', type: integer, description: 'periods that nobody knows' },
  { name: 'open_periods', type: integer, description: 'periods that were not over' },
  { name: 'collected_at', type: instant, description: "when the exchange gave it, by the exchange's clock" },
  { name: 'collection_id', type: text(36), description: 'UUIDv7 of the collection, lower case' },
];

/** One model per dataset: CSV header, tables of both stores, schemas and validators all come from it. */
export const DATASET_MODELS: Readonly<Record<Dataset, TableModel>> = {
  candles: {
    name: 'candles',
    description: 'OHLCV buckets of a product; a bucket without a trade has no row',
    columns: [
      { name: 'product_id', type: text(64), description: 'e.g. BTC-USD' },
      { name: 'granularity', type: integer, description: 'width of the bucket, seconds' },
      { name: 'started_at', type: instant, description: 'start of the bucket' },
      { name: 'open', type: price, description: 'first price, quote currency' },
      { name: 'high', type: price, description: 'highest price' },
      { name: 'low', type: price, description: 'lowest price' },
      { name: 'close', type: price, description: 'last price' },
      { name: 'volume', type: size, description: 'traded amount, base currency' },
    ],
    key: ['product_id', 'granularity', 'started_at'],
    sortKey: ['started_at'],
  },
};

/** Which telling of each window a store holds; written in the transaction that replaces the window's rows. */
export const LOAD_LEDGER_MODEL: TableModel = {
  name: 'load_ledger',
  description: 'which revision of each window is in this store',
  columns: [
    windowIdColumn,
    ...revisionColumns,
    { name: 'no_trade_periods', type: integer, description: 'periods that the exchange answered for and had no trade in' },
    { name: 'csv_sha256', type: text(64), description: "hash of the window's CSV, hex" },
    { name: 'row_count', type: integer, description: 'rows of the window' },
    { name: 'unknown_ranges', type: text(65_535), description: 'first+count in periods of the window, separated by blanks' },
    { name: 'open_ranges', type: text(65_535), description: 'first+count in periods of the window, separated by blanks' },
    {
      name: 'archive_key',
      type: text(512),
      description: "the archive's key in the bucket, which follows from window, revision and content",
    },
    { name: 'state', type: text(16), description: 'loaded, or revoked when no revision is left' },
    { name: 'loaded_at', type: instant, description: "when, by the store's clock" },
  ],
  key: ['window_id'],
  sortKey: ['window_id'],
};

/** Revisions that must never be loaded again, by redelivery or restore. */
export const REVOCATIONS_MODEL: TableModel = {
  name: 'revocations',
  description: 'revisions that were withdrawn',
  columns: [
    windowIdColumn,
    { name: 'collection_id', type: text(36), description: 'UUIDv7 of the collection, lower case' },
    { name: 'revoked_at', type: instant, description: 'when it was withdrawn' },
    { name: 'reason', type: text(4_000), description: 'why' },
  ],
  key: ['window_id', 'collection_id'],
  sortKey: ['window_id'],
};

/** Tables that both stores have. */
export const MARKET_TABLES: readonly TableModel[] = [...Object.values(DATASET_MODELS), LOAD_LEDGER_MODEL, REVOCATIONS_MODEL];
