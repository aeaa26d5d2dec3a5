import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * The tables of both stores, frozen as the models of `@elias/contracts` had them. A model that grows needs a migration of its own;
 * `test/integration/postgres-adapter.spec.ts` compares what all migrations make with the models.
 */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE SCHEMA IF NOT EXISTS market;

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
`);
};

/** Data is never dropped by a migration. */
export const down = false;
