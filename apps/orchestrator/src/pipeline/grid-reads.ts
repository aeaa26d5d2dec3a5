import { Postgres } from '@elias/postgres';
import { z } from 'zod';
import { daySchema } from './coverage-answers.js';
import { daysLater } from '../schedule/due-daily-runs.js';
import { daysFrom } from './days.js';
import { afterSeries, MINUTE_WINDOWS, windowSeries } from './window-series.js';

const stageState = z.enum(['waiting', 'running', 'done', 'failed', 'skipped']);

export const gridAnswer = z.object({
  dates: z.array(daySchema).describe('oldest first'),
  products: z.array(z.string()),
  cells: z.array(
    z.object({
      date: daySchema,
      product_id: z.string(),
      state: z.enum(['waiting', 'running', 'succeeded', 'partial', 'failed', 'cancelled']),
      stages: z.record(z.string(), stageState).describe('by the name of the stage'),
      run_id: z.uuid(),
      late: z.boolean().describe('its run was not done by its deadline'),
    }),
  ),
});
export type Grid = z.output<typeof gridAnswer>;

/** Where each day of each product's minutes stands, whichever run it belongs to. */
export class GridReads {
  constructor(private readonly postgres: Postgres) {}

  /**
   * The newest task of each product and day.
   * @param days how many, up to `to`
   * @param to the last day; null for the latest that a run wanted
   */
  async grid(days: number, to: string | null): Promise<Grid> {
    const last = to ?? (await this.latestDay());
    if (last === null) return { dates: [], products: [], cells: [] };
    const dates = daysFrom(daysLater(last, 1 - days), last);
    const cells = await this.postgres.query<Grid['cells'][number]>(
      `WITH RECURSIVE ${windowSeries('series', 'pipeline.tasks', MINUTE_WINDOWS)}
       SELECT right(t.window_id, 10) AS date, split_part(t.window_id, '/', 3) AS product_id, t.state, t.stages, t.run_id, r.late_at IS NOT NULL AS late
       FROM series, LATERAL (
         SELECT DISTINCT ON (window_id) window_id, state, stages, run_id FROM pipeline.tasks
         WHERE window_id >= prefix || $1 AND window_id <= prefix || $2 ORDER BY window_id, run_id DESC
       ) t JOIN pipeline.runs r USING (run_id) ORDER BY t.window_id`,
      [dates[0], last],
    );
    return { dates, products: [...new Set(cells.map(({ product_id }) => product_id))], cells };
  }

  private async latestDay(): Promise<string | null> {
    const [row] = await this.postgres.query<{ day: string | null }>(
      `WITH RECURSIVE ${windowSeries('series', 'pipeline.tasks', MINUTE_WINDOWS)}
       SELECT max(latest.day) AS day FROM series, LATERAL (
         SELECT right(window_id, 10) AS day FROM pipeline.tasks
         WHERE window_id >= prefix AND window_id < ${afterSeries('prefix')} ORDER BY window_id DESC LIMIT 1
       ) latest`,
    );
    return row?.day ?? null;
  }
}
