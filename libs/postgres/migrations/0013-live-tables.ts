import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * What the live topics tell, for as long as no settled window tells it, and views of both planes together. Provisional rows stand in a
 * schema of their own, so that nobody takes them for the truth.
 */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE SCHEMA live;

CREATE TABLE live.trades (
  product_id TEXT COLLATE "C" NOT NULL,
  trade_id BIGINT NOT NULL,
  side TEXT COLLATE "C" NOT NULL,
  price NUMERIC(24, 10) NOT NULL,
  size NUMERIC(30, 10) NOT NULL,
  traded_at TIMESTAMPTZ NOT NULL,
  told_by TEXT COLLATE "C" NOT NULL,
  received_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (product_id, trade_id)
);
CREATE INDEX trades_by_time ON live.trades (product_id, traded_at);
CREATE INDEX trades_by_age ON live.trades USING brin (traded_at);

CREATE TABLE live.tickers (
  product_id TEXT COLLATE "C" NOT NULL,
  trade_id BIGINT NOT NULL,
  side TEXT COLLATE "C" NOT NULL,
  price NUMERIC(24, 10) NOT NULL,
  last_size NUMERIC(30, 10) NOT NULL,
  best_bid NUMERIC(24, 10),
  best_bid_size NUMERIC(30, 10),
  best_ask NUMERIC(24, 10),
  best_ask_size NUMERIC(30, 10),
  open_24h NUMERIC(24, 10),
  low_24h NUMERIC(24, 10),
  high_24h NUMERIC(24, 10),
  volume_24h NUMERIC(30, 10),
  volume_30d NUMERIC(30, 10),
  traded_at TIMESTAMPTZ NOT NULL,
  received_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (product_id)
) WITH (fillfactor = 50);

CREATE TABLE live.candles (
  product_id TEXT COLLATE "C" NOT NULL,
  granularity INTEGER NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  open NUMERIC(24, 10) NOT NULL,
  high NUMERIC(24, 10) NOT NULL,
  low NUMERIC(24, 10) NOT NULL,
  close NUMERIC(24, 10) NOT NULL,
  volume NUMERIC(30, 10) NOT NULL,
  answered_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (product_id, granularity, started_at)
) WITH (fillfactor = 70);

CREATE FUNCTION live.candle_window_id(product_id TEXT, granularity INTEGER, started_at TIMESTAMPTZ) RETURNS TEXT
LANGUAGE sql STABLE PARALLEL SAFE
RETURN 'candles/' || granularity || '/' || product_id || '/' ||
  to_char(started_at AT TIME ZONE 'UTC', CASE granularity WHEN 60 THEN 'YYYY-MM-DD' WHEN 86400 THEN 'YYYY' ELSE 'YYYY-MM' END);

CREATE VIEW market.candles_with_live AS
SELECT product_id, granularity, started_at, open, high, low, close, volume, TRUE AS settled FROM market.candles
UNION ALL
SELECT product_id, granularity, started_at, open, high, low, close, volume, FALSE AS settled FROM live.candles l
WHERE NOT EXISTS (
  SELECT FROM market.candles c
  WHERE c.product_id = l.product_id AND c.granularity = l.granularity AND c.started_at = l.started_at
) AND NOT EXISTS (
  SELECT FROM market.load_ledger w
  WHERE w.window_id = live.candle_window_id(l.product_id, l.granularity, l.started_at) COLLATE "C"
    AND w.state = 'loaded' AND w.unknown_periods = 0 AND w.open_periods = 0
);

CREATE FUNCTION live.trade_is_settled(product_id TEXT, traded_at TIMESTAMPTZ) RETURNS BOOLEAN
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (
  SELECT FROM market.load_ledger w
  WHERE w.window_id IN (
      ('trades/' || product_id || '/' || to_char(traded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')) COLLATE "C",
      ('trades/' || product_id || '/' || to_char(traded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')) COLLATE "C"
    )
    AND w.state = 'loaded' AND w.unknown_periods = 0 AND w.open_periods = 0
);

CREATE VIEW market.trades_with_live AS
SELECT product_id, trade_id, traded_at, side, price, size, TRUE AS settled FROM market.trades
UNION ALL
SELECT product_id, trade_id, traded_at, side, price, size, FALSE AS settled FROM live.trades l
WHERE NOT EXISTS (SELECT FROM market.trades t WHERE t.product_id = l.product_id AND t.trade_id = l.trade_id)
  AND NOT live.trade_is_settled(l.product_id, l.traded_at);
`);
};

/** Data is never dropped by a migration. */
export const down = false;
