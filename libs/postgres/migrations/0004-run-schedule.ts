import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * Runs of the schedule beside those that were asked for; when runs and tasks began and ended; cancelling and retrying. Runs from before
 * have no deadline, and those that had come to their end are not counted again.
 */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
ALTER TABLE pipeline.runs
  ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'range',
  ADD COLUMN date DATE,
  ADD COLUMN days_after INTEGER,
  ADD COLUMN deadline_at TIMESTAMPTZ,
  ADD COLUMN late_at TIMESTAMPTZ,
  ADD COLUMN cancelled_at TIMESTAMPTZ,
  ADD COLUMN ended_at TIMESTAMPTZ;
CREATE INDEX runs_open ON pipeline.runs (created_at) WHERE ended_at IS NULL;
CREATE INDEX runs_daily ON pipeline.runs (date) WHERE kind = 'daily';

ALTER TABLE pipeline.tasks
  ADD COLUMN requests_before INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN may_ask BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN carried BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN started_at TIMESTAMPTZ,
  ADD COLUMN requested_at TIMESTAMPTZ,
  ADD COLUMN ended_at TIMESTAMPTZ;
CREATE INDEX tasks_unsettled ON pipeline.tasks (run_id) WHERE NOT settled;
CREATE INDEX tasks_lacking ON pipeline.tasks (window_id) WHERE settled AND state IN ('partial', 'failed');
CREATE INDEX tasks_window ON pipeline.tasks (window_id);

UPDATE pipeline.runs r SET ended_at = now()
WHERE NOT EXISTS (SELECT FROM pipeline.tasks t WHERE t.run_id = r.run_id AND NOT t.settled);
`);
};

export const down = false;
