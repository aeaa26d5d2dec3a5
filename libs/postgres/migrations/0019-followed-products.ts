import type { MigrationBuilder } from 'node-pg-migrate';

/** The products of the daily run. Who left keeps its row, and its history: the setting that filled the table does not bring it back. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE TABLE pipeline.followed_products (
  product_id TEXT COLLATE "C" PRIMARY KEY,
  followed_since TIMESTAMPTZ NOT NULL DEFAULT now(),
  left_at TIMESTAMPTZ
);
`);
};

/** Data is never dropped by a migration. */
export const down = false;
