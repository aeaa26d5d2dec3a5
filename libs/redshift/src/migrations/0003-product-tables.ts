import type { Migration } from './index.js';

/** The exchange's own stats, its products of each day, and when each of them was listed. It never changes. */
export const productTables: Migration = {
  name: '0003-product-tables',
  statements: [
    `CREATE TABLE market.exchange_stats (
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
SORTKEY ("as_of_date")`,
    `CREATE TABLE market.products (
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
SORTKEY ("as_of_date")`,
    `CREATE VIEW market.products_seen AS
SELECT seen.product_id, seen.first_seen, seen.last_seen, p.status
FROM (SELECT product_id, MIN(as_of_date) AS first_seen, MAX(as_of_date) AS last_seen FROM market.products GROUP BY product_id) seen
JOIN market.products p ON p.product_id = seen.product_id AND p.as_of_date = seen.last_seen`,
  ],
};
