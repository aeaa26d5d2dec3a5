import { PRICE_TYPE, RATIO_TYPE, SIZE_TYPE } from '@elias/market-data';
import type { ComputedDataset, Dataset, SnapshotDataset } from '@elias/market-data';
import type { Column, ColumnType, DatasetModel, TableModel, ViewModel } from './table-model.js';

/** Schema of both stores that holds what Elias loads. */
export const MARKET_SCHEMA = 'market';

const text = (maxBytes: number): ColumnType => ({ kind: 'text', maxBytes });
const integer: ColumnType = { kind: 'integer' };
const bigint: ColumnType = { kind: 'bigint' };
const boolean: ColumnType = { kind: 'boolean' };
const date: ColumnType = { kind: 'date' };
const instant: ColumnType = { kind: 'instant' };
const ratio: ColumnType = { kind: 'decimal', ...RATIO_TYPE };
const price: ColumnType = { kind: 'decimal', ...PRICE_TYPE };
const size: ColumnType = { kind: 'decimal', ...SIZE_TYPE };

const windowIdColumn: Column = {
  name: 'window_id',
  type: text(160),
  description: 'name of the window, e.g. candles/60/BTC-USD/2023-12-01',
};
const revisionColumns: readonly Column[] = [
  { name: 'unknown_periods', type: integer, description: 'periods that nobody knows; of trades, the trades that nobody knows' },
  { name: 'open_periods', type: integer, description: 'periods that were not over' },
  { name: 'collected_at', type: instant, description: "when the exchange gave it, by the exchange's clock" },
  { name: 'collection_id', type: text(36), description: 'UUIDv7 of the collection, lower case' },
];

const column = (name: string, type: ColumnType, description: string): Column => ({ name, type, description });
const nullable = (name: string, type: ColumnType, description: string): Column => ({ name, type, description, nullable: true });

const productId = column('product_id', text(64), 'e.g. BTC-USD');
const asOfDate = column('as_of_date', date, 'UTC day');
const provenance: readonly Column[] = [
  column('definition_version', integer, 'counts up with every change of a definition'),
  column('inputs_hash', text(64), 'SHA-256 of the values and coverage that the row rests on, hex'),
];
const daysOfSpan: readonly Column[] = [
  column('present_days', integer, 'days of the span with a candle'),
  column('no_trade_days', integer, 'days verified to have had no trade'),
  column('unknown_days', integer, 'days that are unknown or not over'),
];

const candles: DatasetModel = {
  name: 'candles',
  description: 'OHLCV buckets of a product; a bucket without a trade has no row',
  columns: [
    productId,
    column('granularity', integer, 'width of the bucket, seconds'),
    column('started_at', instant, 'start of the bucket'),
    column('open', price, 'first price, quote currency'),
    column('high', price, 'highest price'),
    column('low', price, 'lowest price'),
    column('close', price, 'last price'),
    column('volume', size, 'traded amount, base currency'),
  ],
  key: ['product_id', 'granularity', 'started_at'],
  sortKey: ['started_at'],
  place: { product: 'product_id', granularity: 'granularity', time: 'started_at' },
};

const trades: DatasetModel = {
  name: 'trades',
  description: 'matches of a product, each once',
  columns: [
    productId,
    column('trade_id', bigint, 'without holes per product'),
    column('traded_at', { kind: 'instant', milliseconds: true }, "when it was matched, by the exchange's clock"),
    column('side', text(8), "the taker's: buy when the trade was made by somebody who bought at once"),
    column('price', price, 'quote currency'),
    column('size', size, 'traded amount, base currency'),
  ],
  key: ['product_id', 'trade_id'],
  sortKey: ['traded_at'],
  place: { product: 'product_id', granularity: null, time: 'traded_at' },
};

/** Source of every definition: docs of `@elias/market-data`, stats. Ratios are fractions, not per cent; undefined is null. */
const stats: Readonly<Record<ComputedDataset, DatasetModel>> = {
  asset_stats_daily: {
    name: 'asset_stats_daily',
    description: 'stats of a product on a UTC day, from its 1-minute and daily candles',
    columns: [
      ...[productId, asOfDate],
      nullable('open', price, 'first price'),
      nullable('high', price, 'highest price'),
      nullable('low', price, 'lowest price'),
      nullable('close', price, 'last price, or that of the day before when the day had no trade'),
      nullable('close_date', date, 'day that the close is of'),
      nullable('volume', size, 'traded amount, base currency'),
      nullable('quote_volume', size, 'traded amount, quote currency'),
      nullable('vwap', price, 'quote_volume / volume'),
      nullable('vwap_source', text(16), 'candles or trades'),
      nullable('trade_count', integer, 'trades, null unless all are known'),
      nullable('return_1d', ratio, 'close / close of the day before - 1'),
      nullable('return_7d', ratio, 'close / close 7 days before - 1'),
      nullable('return_30d', ratio, 'close / close 30 days before - 1'),
      nullable('rv_1d', ratio, 'realised volatility of the day, annualised'),
      nullable('vol_30d', ratio, 'deviation of 30 daily log returns, annualised'),
      column('partial', boolean, 'some minute is unknown or open'),
      nullable('mismatch', boolean, "whether the minutes do not give the day's own candle"),
      column('present_minutes', integer, 'minutes with a candle'),
      column('no_trade_minutes', integer, 'minutes verified to have had no trade'),
      column('unknown_minutes', integer, 'minutes that nobody knows'),
      column('open_minutes', integer, 'minutes that were not over'),
      ...provenance,
    ],
    key: ['product_id', 'as_of_date'],
    sortKey: ['as_of_date'],
    place: { product: 'product_id', granularity: null, time: 'as_of_date' },
  },
  asset_discounts_daily: {
    name: 'asset_discounts_daily',
    description: 'price of a product against that of N days before and the highest since',
    columns: [
      ...[productId, asOfDate],
      column('span_days', integer, 'N'),
      nullable('close', price, 'price of the day'),
      nullable('close_date', date, 'day that the close is of'),
      nullable('reference_price', price, 'price of N days before'),
      nullable('reference_date', date, 'day that the reference price is of'),
      nullable('change', ratio, 'close / reference_price - 1'),
      nullable('discount', ratio, 'how far it is below the reference price, 0 if it is not'),
      nullable('high_n', price, 'highest price of the last N days'),
      nullable('discount_to_high', ratio, '1 - close / high_n'),
      nullable('missing', text(32), 'why there is no change'),
      ...daysOfSpan,
      ...provenance,
    ],
    key: ['product_id', 'as_of_date', 'span_days'],
    sortKey: ['as_of_date'],
    place: { product: null, granularity: null, time: 'as_of_date' },
  },
  discounts_7d: topDiscounts(7),
  discounts_30d: topDiscounts(30),
};

function topDiscounts(days: 7 | 30): DatasetModel {
  return {
    name: `discounts_${days}d`,
    description: `per day the five products furthest below their price of ${days} days before`,
    columns: [
      asOfDate,
      column('rank', integer, '1 is the furthest below'),
      productId,
      column('price', price, 'price of the day'),
      column('reference_price', price, `price of ${days} days before`),
      column('reference_date', date, 'day that the reference price is of'),
      column('change', ratio, 'price / reference_price - 1'),
      column('discount', ratio, 'how far it is below the reference price'),
      nullable('high_n', price, `highest price of the last ${days} days`),
      nullable('discount_to_high', ratio, '1 - price / high_n'),
      ...daysOfSpan,
      ...provenance,
    ],
    key: ['as_of_date', 'rank'],
    sortKey: ['as_of_date'],
    place: { product: null, granularity: null, time: 'as_of_date' },
  };
}

/** What the exchange tells of a day, soon after its end; null is what it does not tell. */
const snapshots: Readonly<Record<SnapshotDataset, DatasetModel>> = {
  exchange_stats: {
    name: 'exchange_stats',
    description: "the exchange's own rolling stats of a product, asked for soon after the day's end",
    columns: [
      ...[productId, asOfDate],
      nullable('asked_at', instant, "when the figures were so, by the exchange's clock; null when it has no such product"),
      nullable('open', price, 'price 24 hours before'),
      nullable('high', price, 'highest price of the 24 hours'),
      nullable('low', price, 'lowest price of the 24 hours'),
      nullable('last', price, 'last price'),
      nullable('volume', size, 'traded amount of the 24 hours, base currency'),
      nullable('volume_30day', size, 'traded amount of 30 days, base currency'),
    ],
    key: ['as_of_date', 'product_id'],
    sortKey: ['as_of_date'],
    place: { product: null, granularity: null, time: 'as_of_date' },
  },
  products: {
    name: 'products',
    description: 'every product that the exchange listed at the end of a UTC day',
    columns: [
      ...[productId, asOfDate],
      nullable('base_currency', text(64), 'what is traded'),
      nullable('quote_currency', text(64), 'what it is priced in'),
      nullable('status', text(64), 'online, offline, internal or delisted'),
      nullable('status_message', text(512), "the exchange's own words"),
      nullable('base_increment', size, 'smallest step of a size, base currency'),
      nullable('quote_increment', price, 'smallest step of a price, quote currency'),
      nullable('min_market_funds', size, 'least worth of an order, quote currency'),
      nullable('trading_disabled', boolean, 'nothing is traded'),
      nullable('post_only', boolean, 'only orders that wait in the book are taken'),
      nullable('limit_only', boolean, 'only limit orders are taken'),
      nullable('cancel_only', boolean, 'orders can be cancelled alone'),
      nullable('auction_mode', boolean, 'the product is in an auction'),
      nullable('fx_stablecoin', boolean, 'a currency in another dress'),
      nullable('margin_enabled', boolean, 'can be traded on margin'),
    ],
    key: ['as_of_date', 'product_id'],
    sortKey: ['as_of_date'],
    place: { product: null, granularity: null, time: 'as_of_date' },
  },
};

/** One model per dataset: CSV header, tables of both stores, schemas and validators all come from it. */
export const DATASET_MODELS: Readonly<Record<Dataset, DatasetModel>> = { candles, trades, ...stats, ...snapshots };

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
    {
      name: 'unknown_ranges',
      type: text(65_535),
      description: 'first+count in periods of the window, of trades in trade ids, separated by blanks',
    },
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

/** A product that the exchange does not list any more, under its name or at all, keeps its history: no day's list is deleted by a later one. */
export const PRODUCTS_SEEN_VIEW: ViewModel = {
  name: 'products_seen',
  description: 'first and last day on which the exchange listed each product, and its status of the last one',
  select: `SELECT seen.product_id, seen.first_seen, seen.last_seen, p.status
FROM (SELECT product_id, MIN(as_of_date) AS first_seen, MAX(as_of_date) AS last_seen FROM market.products GROUP BY product_id) seen
JOIN market.products p ON p.product_id = seen.product_id AND p.as_of_date = seen.last_seen`,
};

/** Views that both stores have, over the tables. */
export const MARKET_VIEWS: readonly ViewModel[] = [PRODUCTS_SEEN_VIEW];

/** Tables that both stores have. */
export const MARKET_TABLES: readonly TableModel[] = [...Object.values(DATASET_MODELS), LOAD_LEDGER_MODEL, REVOCATIONS_MODEL];
