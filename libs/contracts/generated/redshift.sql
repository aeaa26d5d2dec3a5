CREATE TABLE market.candles (
  "product_id" VARCHAR(64) NOT NULL,
  "granularity" INTEGER NOT NULL,
  "started_at" TIMESTAMP NOT NULL,
  "open" DECIMAL(24, 10) NOT NULL,
  "high" DECIMAL(24, 10) NOT NULL,
  "low" DECIMAL(24, 10) NOT NULL,
  "close" DECIMAL(24, 10) NOT NULL,
  "volume" DECIMAL(30, 10) NOT NULL,
  PRIMARY KEY ("product_id", "granularity", "started_at")
)
DISTSTYLE AUTO
SORTKEY ("started_at");

CREATE TABLE market.trades (
  "product_id" VARCHAR(64) NOT NULL,
  "trade_id" BIGINT NOT NULL,
  "traded_at" TIMESTAMP NOT NULL,
  "side" VARCHAR(8) NOT NULL,
  "price" DECIMAL(24, 10) NOT NULL,
  "size" DECIMAL(30, 10) NOT NULL,
  PRIMARY KEY ("product_id", "trade_id")
)
DISTSTYLE AUTO
SORTKEY ("traded_at");

CREATE TABLE market.asset_stats_daily (
  "product_id" VARCHAR(64) NOT NULL,
  "as_of_date" DATE NOT NULL,
  "open" DECIMAL(24, 10),
  "high" DECIMAL(24, 10),
  "low" DECIMAL(24, 10),
  "close" DECIMAL(24, 10),
  "close_date" DATE,
  "volume" DECIMAL(30, 10),
  "quote_volume" DECIMAL(30, 10),
  "vwap" DECIMAL(24, 10),
  "vwap_source" VARCHAR(16),
  "trade_count" INTEGER,
  "return_1d" DECIMAL(20, 8),
  "return_7d" DECIMAL(20, 8),
  "return_30d" DECIMAL(20, 8),
  "rv_1d" DECIMAL(20, 8),
  "vol_30d" DECIMAL(20, 8),
  "partial" BOOLEAN NOT NULL,
  "mismatch" BOOLEAN,
  "present_minutes" INTEGER NOT NULL,
  "no_trade_minutes" INTEGER NOT NULL,
  "unknown_minutes" INTEGER NOT NULL,
  "open_minutes" INTEGER NOT NULL,
  "definition_version" INTEGER NOT NULL,
  "inputs_hash" VARCHAR(64) NOT NULL,
  PRIMARY KEY ("product_id", "as_of_date")
)
DISTSTYLE AUTO
SORTKEY ("as_of_date");

CREATE TABLE market.asset_discounts_daily (
  "product_id" VARCHAR(64) NOT NULL,
  "as_of_date" DATE NOT NULL,
  "span_days" INTEGER NOT NULL,
  "close" DECIMAL(24, 10),
  "close_date" DATE,
  "reference_price" DECIMAL(24, 10),
  "reference_date" DATE,
  "change" DECIMAL(20, 8),
  "discount" DECIMAL(20, 8),
  "high_n" DECIMAL(24, 10),
  "discount_to_high" DECIMAL(20, 8),
  "missing" VARCHAR(32),
  "present_days" INTEGER NOT NULL,
  "no_trade_days" INTEGER NOT NULL,
  "unknown_days" INTEGER NOT NULL,
  "definition_version" INTEGER NOT NULL,
  "inputs_hash" VARCHAR(64) NOT NULL,
  PRIMARY KEY ("product_id", "as_of_date", "span_days")
)
DISTSTYLE AUTO
SORTKEY ("as_of_date");

CREATE TABLE market.discounts_7d (
  "as_of_date" DATE NOT NULL,
  "rank" INTEGER NOT NULL,
  "product_id" VARCHAR(64) NOT NULL,
  "price" DECIMAL(24, 10) NOT NULL,
  "reference_price" DECIMAL(24, 10) NOT NULL,
  "reference_date" DATE NOT NULL,
  "change" DECIMAL(20, 8) NOT NULL,
  "discount" DECIMAL(20, 8) NOT NULL,
  "high_n" DECIMAL(24, 10),
  "discount_to_high" DECIMAL(20, 8),
  "present_days" INTEGER NOT NULL,
  "no_trade_days" INTEGER NOT NULL,
  "unknown_days" INTEGER NOT NULL,
  "definition_version" INTEGER NOT NULL,
  "inputs_hash" VARCHAR(64) NOT NULL,
  PRIMARY KEY ("as_of_date", "rank")
)
DISTSTYLE AUTO
SORTKEY ("as_of_date");

CREATE TABLE market.discounts_30d (
  "as_of_date" DATE NOT NULL,
  "rank" INTEGER NOT NULL,
  "product_id" VARCHAR(64) NOT NULL,
  "price" DECIMAL(24, 10) NOT NULL,
  "reference_price" DECIMAL(24, 10) NOT NULL,
  "reference_date" DATE NOT NULL,
  "change" DECIMAL(20, 8) NOT NULL,
  "discount" DECIMAL(20, 8) NOT NULL,
  "high_n" DECIMAL(24, 10),
  "discount_to_high" DECIMAL(20, 8),
  "present_days" INTEGER NOT NULL,
  "no_trade_days" INTEGER NOT NULL,
  "unknown_days" INTEGER NOT NULL,
  "definition_version" INTEGER NOT NULL,
  "inputs_hash" VARCHAR(64) NOT NULL,
  PRIMARY KEY ("as_of_date", "rank")
)
DISTSTYLE AUTO
SORTKEY ("as_of_date");

CREATE TABLE market.exchange_stats (
  "product_id" VARCHAR(64) NOT NULL,
  "as_of_date" DATE NOT NULL,
  "asked_at" TIMESTAMP,
  "open" DECIMAL(24, 10),
  "high" DECIMAL(24, 10),
  "low" DECIMAL(24, 10),
  "last" DECIMAL(24, 10),
  "volume" DECIMAL(30, 10),
  "volume_30day" DECIMAL(30, 10),
  PRIMARY KEY ("as_of_date", "product_id")
)
DISTSTYLE AUTO
SORTKEY ("as_of_date");

CREATE TABLE market.products (
  "product_id" VARCHAR(64) NOT NULL,
  "as_of_date" DATE NOT NULL,
  "base_currency" VARCHAR(64),
  "quote_currency" VARCHAR(64),
  "status" VARCHAR(64),
  "status_message" VARCHAR(512),
  "base_increment" DECIMAL(30, 10),
  "quote_increment" DECIMAL(24, 10),
  "min_market_funds" DECIMAL(30, 10),
  "trading_disabled" BOOLEAN,
  "post_only" BOOLEAN,
  "limit_only" BOOLEAN,
  "cancel_only" BOOLEAN,
  "auction_mode" BOOLEAN,
  "fx_stablecoin" BOOLEAN,
  "margin_enabled" BOOLEAN,
  PRIMARY KEY ("as_of_date", "product_id")
)
DISTSTYLE AUTO
SORTKEY ("as_of_date");

CREATE TABLE market.load_ledger (
  "window_id" VARCHAR(160) NOT NULL,
  "unknown_periods" INTEGER NOT NULL,
  "open_periods" INTEGER NOT NULL,
  "collected_at" TIMESTAMP NOT NULL,
  "collection_id" VARCHAR(36) NOT NULL,
  "no_trade_periods" INTEGER NOT NULL,
  "csv_sha256" VARCHAR(64) NOT NULL,
  "row_count" INTEGER NOT NULL,
  "unknown_ranges" VARCHAR(65535) NOT NULL,
  "open_ranges" VARCHAR(65535) NOT NULL,
  "archive_key" VARCHAR(512) NOT NULL,
  "state" VARCHAR(16) NOT NULL,
  "loaded_at" TIMESTAMP NOT NULL,
  PRIMARY KEY ("window_id")
)
DISTSTYLE AUTO
SORTKEY ("window_id");

CREATE TABLE market.revocations (
  "window_id" VARCHAR(160) NOT NULL,
  "collection_id" VARCHAR(36) NOT NULL,
  "revoked_at" TIMESTAMP NOT NULL,
  "reason" VARCHAR(4000) NOT NULL,
  PRIMARY KEY ("window_id", "collection_id")
)
DISTSTYLE AUTO
SORTKEY ("window_id");

CREATE VIEW market.products_seen AS
SELECT seen.product_id, seen.first_seen, seen.last_seen, p.status
FROM (SELECT product_id, MIN(as_of_date) AS first_seen, MAX(as_of_date) AS last_seen FROM market.products GROUP BY product_id) seen
JOIN market.products p ON p.product_id = seen.product_id AND p.as_of_date = seen.last_seen;
