import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * What the live plane told against what settled, and candles rebuilt from settled trades against the exchange's own. A live trade keeps the
 * offsets that it was told at, so that a record that is read twice is no second telling.
 */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
ALTER TABLE live.trades ADD COLUMN told_offsets BIGINT[] NOT NULL DEFAULT '{}';

CREATE TABLE market.feed_quality (
  window_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  product_id TEXT COLLATE "C" NOT NULL,
  from_at TIMESTAMPTZ NOT NULL,
  to_at TIMESTAMPTZ NOT NULL,
  collection_id TEXT COLLATE "C" NOT NULL,
  settled INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  late INTEGER NOT NULL DEFAULT 0,
  doubled INTEGER NOT NULL,
  altered INTEGER NOT NULL,
  unsettled INTEGER NOT NULL,
  missed_ids INT8MULTIRANGE NOT NULL,
  compared_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX feed_quality_by_time ON market.feed_quality (product_id, from_at);
COMMENT ON TABLE market.feed_quality IS 'Live trades of a window against those that settled, as it first became whole';
COMMENT ON COLUMN market.feed_quality.missed IS 'settled trades that the live plane has not told';
COMMENT ON COLUMN market.feed_quality.late IS 'settled trades that it told after the window was there';
COMMENT ON COLUMN market.feed_quality.doubled IS 'tellings beyond the first of a trade';
COMMENT ON COLUMN market.feed_quality.altered IS 'trades told with another price, size, side or time than settled';
COMMENT ON COLUMN market.feed_quality.unsettled IS 'trades told that did not settle';

CREATE TABLE market.candle_comparisons (
  window_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  trades_collection_id TEXT COLLATE "C" NOT NULL,
  candles_collection_id TEXT COLLATE "C" NOT NULL,
  minutes INTEGER NOT NULL,
  differing INTEGER NOT NULL,
  compared_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON TABLE market.candle_comparisons IS 'Windows of trades whose minutes were held against the candles of the exchange, and by which revisions';

CREATE TABLE market.candle_differences (
  product_id TEXT COLLATE "C" NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  rebuilt_open NUMERIC(24, 10),
  rebuilt_high NUMERIC(24, 10),
  rebuilt_low NUMERIC(24, 10),
  rebuilt_close NUMERIC(24, 10),
  rebuilt_volume NUMERIC(30, 10),
  open NUMERIC(24, 10),
  high NUMERIC(24, 10),
  low NUMERIC(24, 10),
  close NUMERIC(24, 10),
  volume NUMERIC(30, 10),
  PRIMARY KEY (product_id, started_at)
);
COMMENT ON TABLE market.candle_differences IS 'Minutes whose candle, rebuilt from settled trades, is not the exchange''s own; nulls where one of the two has none';
`);
};

/** Data is never dropped by a migration. */
export const down = false;
