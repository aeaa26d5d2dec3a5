import type { MigrationBuilder } from 'node-pg-migrate';

/** Matches of products, frozen as the model has them. A window is found by its product and time, to be read and to be replaced. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE TABLE market.trades (
  product_id TEXT COLLATE "C" NOT NULL,
  trade_id BIGINT NOT NULL,
  traded_at TIMESTAMPTZ NOT NULL,
  side TEXT COLLATE "C" NOT NULL,
  price NUMERIC(24, 10) NOT NULL,
  size NUMERIC(30, 10) NOT NULL,
  PRIMARY KEY (product_id, trade_id)
);

CREATE INDEX trades_by_time ON market.trades (product_id, traded_at);
`);
};

/** Data is never dropped by a migration. */
export const down = false;
