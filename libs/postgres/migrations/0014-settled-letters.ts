import type { MigrationBuilder } from 'node-pg-migrate';

/** Dead letters that somebody has dealt with. The topic keeps them, by age; here stands that nobody has to look at them any more. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE TABLE pipeline.settled_letters (
  topic TEXT COLLATE "C" NOT NULL,
  partition INTEGER NOT NULL,
  record_offset BIGINT NOT NULL,
  settled_as TEXT NOT NULL CHECK (settled_as IN ('redriven', 'asked_again', 'dropped')),
  because TEXT,
  settled_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, partition, record_offset)
);
`);
};

/** Data is never dropped by a migration. */
export const down = false;
