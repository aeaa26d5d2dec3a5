import type { PoolClient } from './postgres.js';

/**
 * Has the transformer compute windows: whoever finds no mark afterwards knows that they were computed since. The table is
 * `pipeline.transform_marks`.
 * @param days by window id, the day that each is of, `2023-12-01`
 */
export async function markTransforms(client: PoolClient, days: ReadonlyMap<string, string>): Promise<void> {
  if (days.size === 0) return;
  // in one order, so that two callers never wait for each other in a circle
  const ids = [...days.keys()].sort();
  await client.query(
    `INSERT INTO pipeline.transform_marks (window_id, day) SELECT * FROM unnest($1::text[], $2::date[])
     ON CONFLICT (window_id) DO UPDATE SET marked_at = clock_timestamp()`,
    [ids, ids.map((id) => days.get(id)!)],
  );
}
