import type { MigrationBuilder } from 'node-pg-migrate';

/** Asset stats, discounts, and the two tables of the furthest discounted products, frozen as the models had them. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
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
`);
};

/** Data is never dropped by a migration. */
export const down = false;
