import type { Migration } from './index.js';

/** Matches of products. It never changes. */
export const tradesTable: Migration = {
  name: '0004-trades-table',
  statements: [
    `CREATE TABLE market.trades (
  "product_id" VARCHAR(64) NOT NULL,
  "trade_id" BIGINT NOT NULL,
  "traded_at" TIMESTAMP NOT NULL,
  "side" VARCHAR(8) NOT NULL,
  "price" DECIMAL(24, 10) NOT NULL,
  "size" DECIMAL(30, 10) NOT NULL,
  PRIMARY KEY ("product_id", "trade_id")
)
DISTSTYLE AUTO
SORTKEY ("traded_at")`,
  ],
};
