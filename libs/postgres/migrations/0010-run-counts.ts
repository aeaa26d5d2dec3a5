import type { MigrationBuilder } from 'node-pg-migrate';

/** How many tasks of a run that has ended are in which state: they stay so until it is retried, and are not counted for every reader. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
ALTER TABLE pipeline.runs ADD COLUMN counts JSONB;
UPDATE pipeline.runs r SET counts = (SELECT COALESCE(jsonb_object_agg(state, tasks), '{}') FROM
  (SELECT state, count(*) AS tasks FROM pipeline.tasks t WHERE t.run_id = r.run_id GROUP BY state) s)
WHERE r.ended_at IS NOT NULL;
`);
};

/** Data is never dropped by a migration. */
export const down = false;
