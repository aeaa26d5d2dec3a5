import type { MigrationBuilder } from 'node-pg-migrate';

/** How a day's run closes: what became of what was computed, the checks of the day, and who is to be told. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
ALTER TABLE pipeline.runs ADD COLUMN closing BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX runs_closing ON pipeline.runs (created_at) WHERE closing;

CREATE TABLE pipeline.transform_outcomes (
  window_id TEXT COLLATE "C" PRIMARY KEY,
  outcome TEXT COLLATE "C" NOT NULL,
  detail TEXT,
  computed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE pipeline.checks (
  date DATE NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  product_id TEXT COLLATE "C" NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  detail JSONB NOT NULL,
  run_id UUID NOT NULL,
  checked_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (date, name, product_id)
);
CREATE INDEX checks_bad ON pipeline.checks (date) WHERE outcome IN ('failed', 'warned');

CREATE TABLE pipeline.notifications (
  notification_id UUID PRIMARY KEY,
  type TEXT COLLATE "C" NOT NULL,
  body JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TIMESTAMPTZ DEFAULT now(),
  delivered_at TIMESTAMPTZ,
  problem TEXT
);
CREATE INDEX notifications_due ON pipeline.notifications (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
`);
};

/** Data is never dropped by a migration. */
export const down = false;
