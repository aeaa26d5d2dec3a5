import type { MigrationBuilder } from 'node-pg-migrate';

/** What the transformer has computed, what it has to compute again, and the daily candles that it knows. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE TABLE pipeline.transforms (
  window_id TEXT COLLATE "C" PRIMARY KEY,
  csv_sha256 TEXT COLLATE "C" NOT NULL,
  row_count INTEGER NOT NULL,
  left_out JSONB NOT NULL DEFAULT '[]',
  collected_at TIMESTAMPTZ NOT NULL,
  collection_id UUID NOT NULL,
  refusals INTEGER NOT NULL DEFAULT 0,
  refused BOOLEAN NOT NULL DEFAULT false,
  computed_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE pipeline.transform_marks (
  window_id TEXT COLLATE "C" PRIMARY KEY,
  day DATE NOT NULL,
  first_marked_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  marked_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX transform_marks_day ON pipeline.transform_marks (day);

CREATE TABLE pipeline.daily_candles_seen (
  window_id TEXT COLLATE "C" PRIMARY KEY,
  days TEXT[] NOT NULL
);
`);
};

/** Data is never dropped by a migration. */
export const down = false;
