import type { MigrationBuilder } from 'node-pg-migrate';

/** The exchange's own stats, its products of each day, and when each of them was listed, frozen as the models had them. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
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

CREATE VIEW market.products_seen AS
SELECT seen.product_id, seen.first_seen, seen.last_seen, p.status
FROM (SELECT product_id, MIN(as_of_date) AS first_seen, MAX(as_of_date) AS last_seen FROM market.products GROUP BY product_id) seen
JOIN market.products p ON p.product_id = seen.product_id AND p.as_of_date = seen.last_seen;
`);
};

/** Data is never dropped by a migration. */
export const down = false;
