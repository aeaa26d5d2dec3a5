import { Postgres } from '@elias/postgres';
import { momentText } from './coverage-reads.js';
import type { ServiceName } from './services.js';

export interface Activity {
  name: ServiceName;
  /** windows told of in the last 60 s */
  rate_per_minute: number;
  last_event_at: string | null;
}

/** Who tells which facts. */
const FACTS_OF: Partial<Record<ServiceName, readonly string[]>> = {
  collector: ['collected', 'collection_failed'],
  archiver: ['sealed', 'archive_failed'],
  'warehouse-loader': ['warehouse_loaded', 'warehouse_failed'],
  'rds-loader': ['rds_loaded', 'rds_failed'],
};

/** How busy each service is, from what it left in Postgres: facts, computed windows, requests. */
export class ActivityReads {
  constructor(private readonly postgres: Postgres) {}

  async activity(): Promise<Activity[]> {
    const [names, stages] = [Object.keys(FACTS_OF), Object.values(FACTS_OF)].map((lists) => lists.flat()) as [string[], string[]];
    const owners = stages.map((stage) => names.find((name) => FACTS_OF[name as ServiceName]!.includes(stage)));
    const told = (table: string, instant: string, where: string): string =>
      `(SELECT count(DISTINCT window_id)::int FROM ${table} WHERE ${where} AND ${instant} > now() - interval '60 seconds') AS windows,
       (SELECT max(${instant}) FROM ${table} WHERE ${where}) AS last_at`;
    return this.postgres.query<Activity>(
      `SELECT name, sum(windows)::int AS rate_per_minute, ${momentText('max(last_at)')} AS last_event_at FROM (
         SELECT s.name, ${told('pipeline.facts', 'recorded_at', 'stage = s.stage')} FROM unnest($1::text[], $2::text[]) AS s (name, stage)
         UNION ALL SELECT 'transformer', ${told('pipeline.transforms', 'computed_at', 'true')}
         UNION ALL SELECT 'orchestrator', ${told('pipeline.tasks', 'requested_at', 'true')}
       ) told GROUP BY name`,
      [owners, stages],
    );
  }
}
