import type { Migration } from './index.js';

/**
 * The tables as the models of `@elias/contracts` described them when this was written. It never changes: a test says when a model has
 * moved on, and then the difference is a new migration.
 */
export const marketTables: Migration = {
  name: '0001-market-tables',
  statements: [
    `CREATE TABLE market.candles (
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
SORTKEY ("started_at")`,
    `CREATE TABLE market.load_ledger (
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
SORTKEY ("window_id")`,
    `CREATE TABLE market.revocations (
  "window_id" VARCHAR(160) NOT NULL,
  "collection_id" VARCHAR(36) NOT NULL,
  "revoked_at" TIMESTAMP NOT NULL,
  "reason" VARCHAR(4000) NOT NULL,
  PRIMARY KEY ("window_id", "collection_id")
)
DISTSTYLE AUTO
SORTKEY ("window_id")`,
  ],
};
