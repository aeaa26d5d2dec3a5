CREATE TABLE market.candles (
  product_id TEXT COLLATE "C" NOT NULL,
  granularity INTEGER NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  open NUMERIC(24, 10) NOT NULL,
  high NUMERIC(24, 10) NOT NULL,
  low NUMERIC(24, 10) NOT NULL,
  close NUMERIC(24, 10) NOT NULL,
  volume NUMERIC(30, 10) NOT NULL,
  PRIMARY KEY (product_id, granularity, started_at)
);

CREATE TABLE market.trades (
  product_id TEXT COLLATE "C" NOT NULL,
  trade_id BIGINT NOT NULL,
  traded_at TIMESTAMPTZ NOT NULL,
  side TEXT COLLATE "C" NOT NULL,
  price NUMERIC(24, 10) NOT NULL,
  size NUMERIC(30, 10) NOT NULL,
  PRIMARY KEY (product_id, trade_id)
);

CREATE TABLE market.asset_stats_daily (
  product_id TEXT COLLATE "C" NOT NULL,
  as_of_date DATE NOT NULL,
  open NUMERIC(24, 10),
  high NUMERIC(24, 10),
  low NUMERIC(24, 10),
  close NUMERIC(24, 10),
  close_date DATE,
  volume NUMERIC(30, 10),
  quote_volume NUMERIC(30, 10),
  vwap NUMERIC(24, 10),
  vwap_source TEXT COLLATE "C",
  trade_count INTEGER,
  return_1d NUMERIC(20, 8),
  return_7d NUMERIC(20, 8),
  return_30d NUMERIC(20, 8),
  rv_1d NUMERIC(20, 8),
  vol_30d NUMERIC(20, 8),
  partial BOOLEAN NOT NULL,
  mismatch BOOLEAN,
  present_minutes INTEGER NOT NULL,
  no_trade_minutes INTEGER NOT NULL,
  unknown_minutes INTEGER NOT NULL,
  open_minutes INTEGER NOT NULL,
  definition_version INTEGER NOT NULL,
  inputs_hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (product_id, as_of_date)
);

CREATE TABLE market.asset_discounts_daily (
  product_id TEXT COLLATE "C" NOT NULL,
  as_of_date DATE NOT NULL,
  span_days INTEGER NOT NULL,
  close NUMERIC(24, 10),
  close_date DATE,
  reference_price NUMERIC(24, 10),
  reference_date DATE,
  change NUMERIC(20, 8),
  discount NUMERIC(20, 8),
  high_n NUMERIC(24, 10),
  discount_to_high NUMERIC(20, 8),
  missing TEXT COLLATE "C",
  present_days INTEGER NOT NULL,
  no_trade_days INTEGER NOT NULL,
  unknown_days INTEGER NOT NULL,
  definition_version INTEGER NOT NULL,
  inputs_hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (product_id, as_of_date, span_days)
);

CREATE TABLE market.discounts_7d (
  as_of_date DATE NOT NULL,
  rank INTEGER NOT NULL,
  product_id TEXT COLLATE "C" NOT NULL,
  price NUMERIC(24, 10) NOT NULL,
  reference_price NUMERIC(24, 10) NOT NULL,
  reference_date DATE NOT NULL,
  change NUMERIC(20, 8) NOT NULL,
  discount NUMERIC(20, 8) NOT NULL,
  high_n NUMERIC(24, 10),
  discount_to_high NUMERIC(20, 8),
  present_days INTEGER NOT NULL,
  no_trade_days INTEGER NOT NULL,
  unknown_days INTEGER NOT NULL,
  definition_version INTEGER NOT NULL,
  inputs_hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (as_of_date, rank)
);

CREATE TABLE market.discounts_30d (
  as_of_date DATE NOT NULL,
  rank INTEGER NOT NULL,
  product_id TEXT COLLATE "C" NOT NULL,
  price NUMERIC(24, 10) NOT NULL,
  reference_price NUMERIC(24, 10) NOT NULL,
  reference_date DATE NOT NULL,
  change NUMERIC(20, 8) NOT NULL,
  discount NUMERIC(20, 8) NOT NULL,
  high_n NUMERIC(24, 10),
  discount_to_high NUMERIC(20, 8),
  present_days INTEGER NOT NULL,
  no_trade_days INTEGER NOT NULL,
  unknown_days INTEGER NOT NULL,
  definition_version INTEGER NOT NULL,
  inputs_hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (as_of_date, rank)
);

CREATE TABLE market.exchange_stats (
  product_id TEXT COLLATE "C" NOT NULL,
  as_of_date DATE NOT NULL,
  asked_at TIMESTAMPTZ,
  open NUMERIC(24, 10),
  high NUMERIC(24, 10),
  low NUMERIC(24, 10),
  last NUMERIC(24, 10),
  volume NUMERIC(30, 10),
  volume_30day NUMERIC(30, 10),
  PRIMARY KEY (as_of_date, product_id)
);

CREATE TABLE market.products (
  product_id TEXT COLLATE "C" NOT NULL,
  as_of_date DATE NOT NULL,
  base_currency TEXT COLLATE "C",
  quote_currency TEXT COLLATE "C",
  status TEXT COLLATE "C",
  status_message TEXT COLLATE "C",
  base_increment NUMERIC(30, 10),
  quote_increment NUMERIC(24, 10),
  min_market_funds NUMERIC(30, 10),
  trading_disabled BOOLEAN,
  post_only BOOLEAN,
  limit_only BOOLEAN,
  cancel_only BOOLEAN,
  auction_mode BOOLEAN,
  fx_stablecoin BOOLEAN,
  margin_enabled BOOLEAN,
  PRIMARY KEY (as_of_date, product_id)
);

CREATE TABLE market.load_ledger (
  window_id TEXT COLLATE "C" NOT NULL,
  unknown_periods INTEGER NOT NULL,
  open_periods INTEGER NOT NULL,
  collected_at TIMESTAMPTZ NOT NULL,
  collection_id TEXT COLLATE "C" NOT NULL,
  no_trade_periods INTEGER NOT NULL,
  csv_sha256 TEXT COLLATE "C" NOT NULL,
  row_count INTEGER NOT NULL,
  unknown_ranges TEXT COLLATE "C" NOT NULL,
  open_ranges TEXT COLLATE "C" NOT NULL,
  archive_key TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  loaded_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (window_id)
);

CREATE TABLE market.revocations (
  window_id TEXT COLLATE "C" NOT NULL,
  collection_id TEXT COLLATE "C" NOT NULL,
  revoked_at TIMESTAMPTZ NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (window_id, collection_id)
);

CREATE VIEW market.products_seen AS
SELECT seen.product_id, seen.first_seen, seen.last_seen, p.status
FROM (SELECT product_id, MIN(as_of_date) AS first_seen, MAX(as_of_date) AS last_seen FROM market.products GROUP BY product_id) seen
JOIN market.products p ON p.product_id = seen.product_id AND p.as_of_date = seen.last_seen;
