import { Postgres } from '@elias/postgres';

/** How long what nobody needs any more is kept, days. */
export const KEPT_DAYS = 90;

/**
 * Facts that are of no more use once their telling was replaced. What was sealed, refused and withdrawn stays: it says which archives there are,
 * and which of them are good.
 */
export const PURGED_STAGES = ['collected', 'collection_failed', 'warehouse_loaded', 'rds_loaded'] as const;
export type PurgedStage = (typeof PURGED_STAGES)[number];

/** The fact of a stage that was looked at last. */
export interface FactPlace {
  readonly recorded_at: string;
  readonly window_id: string;
  readonly telling: string;
}

export interface Purged {
  readonly deleted: number;
  /** where the next look begins; null when there is nothing more that is old */
  readonly last: FactPlace | null;
}

const OLD = `now() - interval '${KEPT_DAYS} days'`;

/** SQL that removes rows of the schema `pipeline` that are old and of no more use. Each statement looks at `most` rows at most. */
export class PurgeStore {
  constructor(private readonly postgres: Postgres) {}

  /** Facts of tellings that are not the one in Postgres, of windows that no task waits for; what failed to be collected in any case. */
  async facts(stage: PurgedStage, after: FactPlace | null, most: number): Promise<Purged> {
    const [row] = await this.postgres.query<{ deleted: number; seen: number } & FactPlace>(
      `WITH old AS MATERIALIZED (
         SELECT window_id, stage, telling, recorded_at, fact -> 'revision' ->> 'collectionId' AS collection_id FROM pipeline.facts
         WHERE stage = $1 AND recorded_at < ${OLD} AND recorded_at >= $2 AND (recorded_at, window_id, telling) > ($2, $3, $4)
         ORDER BY recorded_at, window_id, telling LIMIT $5
       ), gone AS (
         DELETE FROM pipeline.facts f USING old o WHERE (f.window_id, f.stage, f.telling) = (o.window_id, o.stage, o.telling)
           AND NOT EXISTS (SELECT FROM pipeline.tasks t WHERE t.window_id = o.window_id AND NOT t.settled)
           AND (o.stage = 'collection_failed'
             OR EXISTS (SELECT FROM market.load_ledger l WHERE l.window_id = o.window_id AND l.state = 'loaded' AND l.collection_id <> o.collection_id))
         RETURNING 1
       )
       SELECT (SELECT count(*)::int FROM gone) AS deleted, count(*) OVER ()::int AS seen, recorded_at::text AS recorded_at, window_id, telling
       FROM old ORDER BY old.recorded_at DESC, window_id DESC, telling DESC LIMIT 1`,
      [stage, after?.recorded_at ?? '-infinity', after?.window_id ?? '', after?.telling ?? '', most],
    );
    if (row === undefined) return { deleted: 0, last: null };
    const { deleted, seen, ...last } = row;
    return { deleted, last: seen < most ? null : last };
  }

  /** Notifications that were taken or given up. */
  notifications(most: number): Promise<number> {
    return this.purge('notifications', 'notification_id', `next_attempt_at IS NULL AND created_at < ${OLD}`, most);
  }

  /** What became of computations; whoever wants to know again has the window computed again. */
  outcomes(most: number): Promise<number> {
    const unmarked = 'NOT EXISTS (SELECT FROM pipeline.transform_marks m WHERE m.window_id = old.window_id)';
    return this.purge('transform_outcomes', 'window_id', `computed_at < ${OLD} AND ${unmarked}`, most);
  }

  private async purge(table: string, key: string, where: string, most: number): Promise<number> {
    const [row] = await this.postgres.query<{ deleted: number }>(
      `WITH gone AS (DELETE FROM pipeline.${table} WHERE ${key} IN (SELECT ${key} FROM pipeline.${table} old WHERE ${where} LIMIT $1) RETURNING 1)
       SELECT count(*)::int AS deleted FROM gone`,
      [most],
    );
    return row!.deleted;
  }
}
