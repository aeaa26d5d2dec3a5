import type { Postgres } from '@elias/postgres';
import type { PipelineSource } from './audit-sources.js';

/** What Postgres has of the pipeline's own state. */
export class PostgresPipeline implements PipelineSource {
  constructor(private readonly postgres: Postgres) {}

  async collectedAt(windowIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.postgres.query<{ window_id: string; collected_at: Date }>(
      'SELECT window_id, collected_at FROM market.load_ledger WHERE window_id = ANY ($1)',
      [windowIds],
    );
    return new Map(rows.map(({ window_id, collected_at }) => [window_id, collected_at.getTime()]));
  }

  async story(windowId: string): Promise<string | null> {
    const [task] = await this.postgres.query<{ run_id: string; state: string; reason: string | null }>(
      `SELECT t.run_id, t.state, COALESCE(t.problem->>'detail', t.problem->>'reason') AS reason
       FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE t.window_id = $1 ORDER BY r.created_at DESC LIMIT 1`,
      [windowId],
    );
    if (task === undefined) return null;
    return `asked for by run ${task.run_id}, ${task.state}${task.reason === null ? '' : `: ${task.reason}`}`;
  }
}
