import type { MigrationBuilder } from 'node-pg-migrate';

/** What readers of the API look for: who told something last, which runs are new, which window an archive is of,
 * and what the exchange told last of a product. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE INDEX facts_told ON pipeline.facts (stage, recorded_at);
CREATE INDEX facts_archive ON pipeline.facts ((fact -> 'archive' ->> 'key')) WHERE stage = 'sealed';
CREATE INDEX tasks_requested ON pipeline.tasks (requested_at);
CREATE INDEX transforms_computed ON pipeline.transforms (computed_at);
CREATE INDEX runs_created ON pipeline.runs (created_at);
CREATE INDEX products_latest ON market.products (product_id, as_of_date);
`);
};

/** Data is never dropped by a migration. */
export const down = false;
