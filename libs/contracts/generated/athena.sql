CREATE EXTERNAL TABLE candles_60_csv (
  `product_id` string,
  `granularity` string,
  `started_at` string,
  `open` string,
  `high` string,
  `low` string,
  `close` string,
  `volume` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/candles/granularity=60/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/candles/granularity=60/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW candles_60 AS
SELECT
  "product_id" AS "product_id",
  CAST("granularity" AS integer) AS "granularity",
  from_iso8601_timestamp("started_at") AS "started_at",
  CAST("open" AS decimal(24, 10)) AS "open",
  CAST("high" AS decimal(24, 10)) AS "high",
  CAST("low" AS decimal(24, 10)) AS "low",
  CAST("close" AS decimal(24, 10)) AS "close",
  CAST("volume" AS decimal(30, 10)) AS "volume"
FROM candles_60_csv;

CREATE EXTERNAL TABLE candles_86400_csv (
  `product_id` string,
  `granularity` string,
  `started_at` string,
  `open` string,
  `high` string,
  `low` string,
  `close` string,
  `volume` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/candles/granularity=86400/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/candles/granularity=86400/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW candles_86400 AS
SELECT
  "product_id" AS "product_id",
  CAST("granularity" AS integer) AS "granularity",
  from_iso8601_timestamp("started_at") AS "started_at",
  CAST("open" AS decimal(24, 10)) AS "open",
  CAST("high" AS decimal(24, 10)) AS "high",
  CAST("low" AS decimal(24, 10)) AS "low",
  CAST("close" AS decimal(24, 10)) AS "close",
  CAST("volume" AS decimal(30, 10)) AS "volume"
FROM candles_86400_csv;

CREATE EXTERNAL TABLE trades_csv (
  `product_id` string,
  `trade_id` string,
  `traded_at` string,
  `side` string,
  `price` string,
  `size` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/trades/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/trades/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW trades AS
SELECT
  "product_id" AS "product_id",
  CAST("trade_id" AS bigint) AS "trade_id",
  from_iso8601_timestamp("traded_at") AS "traded_at",
  "side" AS "side",
  CAST("price" AS decimal(24, 10)) AS "price",
  CAST("size" AS decimal(30, 10)) AS "size"
FROM trades_csv;

CREATE EXTERNAL TABLE asset_stats_daily_csv (
  `product_id` string,
  `as_of_date` string,
  `open` string,
  `high` string,
  `low` string,
  `close` string,
  `close_date` string,
  `volume` string,
  `quote_volume` string,
  `vwap` string,
  `vwap_source` string,
  `trade_count` string,
  `return_1d` string,
  `return_7d` string,
  `return_30d` string,
  `rv_1d` string,
  `vol_30d` string,
  `partial` string,
  `mismatch` string,
  `present_minutes` string,
  `no_trade_minutes` string,
  `unknown_minutes` string,
  `open_minutes` string,
  `definition_version` string,
  `inputs_hash` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/asset_stats_daily/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/asset_stats_daily/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW asset_stats_daily AS
SELECT
  "product_id" AS "product_id",
  CAST("as_of_date" AS date) AS "as_of_date",
  CAST(NULLIF("open", '') AS decimal(24, 10)) AS "open",
  CAST(NULLIF("high", '') AS decimal(24, 10)) AS "high",
  CAST(NULLIF("low", '') AS decimal(24, 10)) AS "low",
  CAST(NULLIF("close", '') AS decimal(24, 10)) AS "close",
  CAST(NULLIF("close_date", '') AS date) AS "close_date",
  CAST(NULLIF("volume", '') AS decimal(30, 10)) AS "volume",
  CAST(NULLIF("quote_volume", '') AS decimal(30, 10)) AS "quote_volume",
  CAST(NULLIF("vwap", '') AS decimal(24, 10)) AS "vwap",
  NULLIF("vwap_source", '') AS "vwap_source",
  CAST(NULLIF("trade_count", '') AS integer) AS "trade_count",
  CAST(NULLIF("return_1d", '') AS decimal(20, 8)) AS "return_1d",
  CAST(NULLIF("return_7d", '') AS decimal(20, 8)) AS "return_7d",
  CAST(NULLIF("return_30d", '') AS decimal(20, 8)) AS "return_30d",
  CAST(NULLIF("rv_1d", '') AS decimal(20, 8)) AS "rv_1d",
  CAST(NULLIF("vol_30d", '') AS decimal(20, 8)) AS "vol_30d",
  CAST("partial" AS boolean) AS "partial",
  CAST(NULLIF("mismatch", '') AS boolean) AS "mismatch",
  CAST("present_minutes" AS integer) AS "present_minutes",
  CAST("no_trade_minutes" AS integer) AS "no_trade_minutes",
  CAST("unknown_minutes" AS integer) AS "unknown_minutes",
  CAST("open_minutes" AS integer) AS "open_minutes",
  CAST("definition_version" AS integer) AS "definition_version",
  "inputs_hash" AS "inputs_hash"
FROM asset_stats_daily_csv;

CREATE EXTERNAL TABLE asset_discounts_daily_csv (
  `product_id` string,
  `as_of_date` string,
  `span_days` string,
  `close` string,
  `close_date` string,
  `reference_price` string,
  `reference_date` string,
  `change` string,
  `discount` string,
  `high_n` string,
  `discount_to_high` string,
  `missing` string,
  `present_days` string,
  `no_trade_days` string,
  `unknown_days` string,
  `definition_version` string,
  `inputs_hash` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/asset_discounts_daily/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'enum',
  'projection.product.values' = '_all',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/asset_discounts_daily/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW asset_discounts_daily AS
SELECT
  "product_id" AS "product_id",
  CAST("as_of_date" AS date) AS "as_of_date",
  CAST("span_days" AS integer) AS "span_days",
  CAST(NULLIF("close", '') AS decimal(24, 10)) AS "close",
  CAST(NULLIF("close_date", '') AS date) AS "close_date",
  CAST(NULLIF("reference_price", '') AS decimal(24, 10)) AS "reference_price",
  CAST(NULLIF("reference_date", '') AS date) AS "reference_date",
  CAST(NULLIF("change", '') AS decimal(20, 8)) AS "change",
  CAST(NULLIF("discount", '') AS decimal(20, 8)) AS "discount",
  CAST(NULLIF("high_n", '') AS decimal(24, 10)) AS "high_n",
  CAST(NULLIF("discount_to_high", '') AS decimal(20, 8)) AS "discount_to_high",
  NULLIF("missing", '') AS "missing",
  CAST("present_days" AS integer) AS "present_days",
  CAST("no_trade_days" AS integer) AS "no_trade_days",
  CAST("unknown_days" AS integer) AS "unknown_days",
  CAST("definition_version" AS integer) AS "definition_version",
  "inputs_hash" AS "inputs_hash"
FROM asset_discounts_daily_csv;

CREATE EXTERNAL TABLE discounts_7d_csv (
  `as_of_date` string,
  `rank` string,
  `product_id` string,
  `price` string,
  `reference_price` string,
  `reference_date` string,
  `change` string,
  `discount` string,
  `high_n` string,
  `discount_to_high` string,
  `present_days` string,
  `no_trade_days` string,
  `unknown_days` string,
  `definition_version` string,
  `inputs_hash` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/discounts_7d/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'enum',
  'projection.product.values' = '_all',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/discounts_7d/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW discounts_7d AS
SELECT
  CAST("as_of_date" AS date) AS "as_of_date",
  CAST("rank" AS integer) AS "rank",
  "product_id" AS "product_id",
  CAST("price" AS decimal(24, 10)) AS "price",
  CAST("reference_price" AS decimal(24, 10)) AS "reference_price",
  CAST("reference_date" AS date) AS "reference_date",
  CAST("change" AS decimal(20, 8)) AS "change",
  CAST("discount" AS decimal(20, 8)) AS "discount",
  CAST(NULLIF("high_n", '') AS decimal(24, 10)) AS "high_n",
  CAST(NULLIF("discount_to_high", '') AS decimal(20, 8)) AS "discount_to_high",
  CAST("present_days" AS integer) AS "present_days",
  CAST("no_trade_days" AS integer) AS "no_trade_days",
  CAST("unknown_days" AS integer) AS "unknown_days",
  CAST("definition_version" AS integer) AS "definition_version",
  "inputs_hash" AS "inputs_hash"
FROM discounts_7d_csv;

CREATE EXTERNAL TABLE discounts_30d_csv (
  `as_of_date` string,
  `rank` string,
  `product_id` string,
  `price` string,
  `reference_price` string,
  `reference_date` string,
  `change` string,
  `discount` string,
  `high_n` string,
  `discount_to_high` string,
  `present_days` string,
  `no_trade_days` string,
  `unknown_days` string,
  `definition_version` string,
  `inputs_hash` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/discounts_30d/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'enum',
  'projection.product.values' = '_all',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/discounts_30d/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW discounts_30d AS
SELECT
  CAST("as_of_date" AS date) AS "as_of_date",
  CAST("rank" AS integer) AS "rank",
  "product_id" AS "product_id",
  CAST("price" AS decimal(24, 10)) AS "price",
  CAST("reference_price" AS decimal(24, 10)) AS "reference_price",
  CAST("reference_date" AS date) AS "reference_date",
  CAST("change" AS decimal(20, 8)) AS "change",
  CAST("discount" AS decimal(20, 8)) AS "discount",
  CAST(NULLIF("high_n", '') AS decimal(24, 10)) AS "high_n",
  CAST(NULLIF("discount_to_high", '') AS decimal(20, 8)) AS "discount_to_high",
  CAST("present_days" AS integer) AS "present_days",
  CAST("no_trade_days" AS integer) AS "no_trade_days",
  CAST("unknown_days" AS integer) AS "unknown_days",
  CAST("definition_version" AS integer) AS "definition_version",
  "inputs_hash" AS "inputs_hash"
FROM discounts_30d_csv;

CREATE EXTERNAL TABLE exchange_stats_csv (
  `product_id` string,
  `as_of_date` string,
  `asked_at` string,
  `open` string,
  `high` string,
  `low` string,
  `last` string,
  `volume` string,
  `volume_30day` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/exchange_stats/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'enum',
  'projection.product.values' = '_all',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/exchange_stats/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW exchange_stats AS
SELECT
  "product_id" AS "product_id",
  CAST("as_of_date" AS date) AS "as_of_date",
  from_iso8601_timestamp(NULLIF("asked_at", '')) AS "asked_at",
  CAST(NULLIF("open", '') AS decimal(24, 10)) AS "open",
  CAST(NULLIF("high", '') AS decimal(24, 10)) AS "high",
  CAST(NULLIF("low", '') AS decimal(24, 10)) AS "low",
  CAST(NULLIF("last", '') AS decimal(24, 10)) AS "last",
  CAST(NULLIF("volume", '') AS decimal(30, 10)) AS "volume",
  CAST(NULLIF("volume_30day", '') AS decimal(30, 10)) AS "volume_30day"
FROM exchange_stats_csv;

CREATE EXTERNAL TABLE products_csv (
  `product_id` string,
  `as_of_date` string,
  `base_currency` string,
  `quote_currency` string,
  `status` string,
  `status_message` string,
  `base_increment` string,
  `quote_increment` string,
  `min_market_funds` string,
  `trading_disabled` string,
  `post_only` string,
  `limit_only` string,
  `cancel_only` string,
  `auction_mode` string,
  `fx_stablecoin` string,
  `margin_enabled` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/products/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'enum',
  'projection.product.values' = '_all',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/products/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW products AS
SELECT
  "product_id" AS "product_id",
  CAST("as_of_date" AS date) AS "as_of_date",
  NULLIF("base_currency", '') AS "base_currency",
  NULLIF("quote_currency", '') AS "quote_currency",
  NULLIF("status", '') AS "status",
  NULLIF("status_message", '') AS "status_message",
  CAST(NULLIF("base_increment", '') AS decimal(30, 10)) AS "base_increment",
  CAST(NULLIF("quote_increment", '') AS decimal(24, 10)) AS "quote_increment",
  CAST(NULLIF("min_market_funds", '') AS decimal(30, 10)) AS "min_market_funds",
  CAST(NULLIF("trading_disabled", '') AS boolean) AS "trading_disabled",
  CAST(NULLIF("post_only", '') AS boolean) AS "post_only",
  CAST(NULLIF("limit_only", '') AS boolean) AS "limit_only",
  CAST(NULLIF("cancel_only", '') AS boolean) AS "cancel_only",
  CAST(NULLIF("auction_mode", '') AS boolean) AS "auction_mode",
  CAST(NULLIF("fx_stablecoin", '') AS boolean) AS "fx_stablecoin",
  CAST(NULLIF("margin_enabled", '') AS boolean) AS "margin_enabled"
FROM products_csv;
