import type { DayWindow, Revision } from '@elias/market-data';
import { ALL_PRODUCTS, formatInstant, windowId } from '@elias/market-data';
import { markTransforms } from '@elias/postgres';
import type { PoolClient } from '@elias/postgres';
import type { LeftOut } from '@elias/market-data';

/** What the transformer last published of a window. */
export interface Transform {
  readonly window_id: string;
  readonly csv_sha256: string;
  readonly collected_at: Date;
  readonly refused: boolean;
}

export interface Mark {
  readonly window_id: string;
  /** as text, microseconds kept, so that a later mark is told apart */
  readonly marked_at: string;
}

export interface NewTransform {
  readonly window: DayWindow;
  readonly revision: Revision;
  readonly csvSha256: string;
  readonly rowCount: number;
  readonly leftOut: readonly LeftOut[];
}

/** What became of one computation of a window. */
export interface TransformOutcome {
  readonly window: DayWindow;
  /** `unchanged`: equal rows were published before; `not_due`: what it rests on is not loaded; `failed`: no store can hold its figures */
  readonly outcome: 'published' | 'unchanged' | 'not_due' | 'failed';
  /** for people; null when all is well */
  readonly detail: string | null;
}

/** Windows that are computed from one snapshot at most, so that memory does not grow with the number of products. */
const TOGETHER_MAX = 32;

/** SQL of the transformer's own tables in the schema `pipeline`. */
export class TransformStore {
  /** @param windows by id, with the first instant of their day */
  async mark(client: PoolClient, windows: ReadonlyMap<string, number>): Promise<void> {
    await markTransforms(client, new Map([...windows].map(([id, dayMs]) => [id, formatInstant(dayMs).slice(0, 10)])));
  }

  /**
   * The earliest day that rests: nothing of it was marked for `settleMs`, or it has waited ten times as long.
   * @returns its date, null when there is none
   */
  async ripeDay(client: PoolClient, settleMs: number): Promise<string | null> {
    const { rows } = await client.query<{ day: string }>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day FROM pipeline.transform_marks GROUP BY transform_marks.day
       HAVING max(marked_at) <= clock_timestamp() - $1::float8 * interval '1 millisecond'
         OR min(first_marked_at) <= clock_timestamp() - 10 * $1::float8 * interval '1 millisecond'
       ORDER BY transform_marks.day LIMIT 1`,
      [settleMs],
    );
    return rows[0]?.day ?? null;
  }

  /** Marks of a day to be worked off together: products' own windows, so many at most, and when there are none those of all products. */
  async marks(client: PoolClient, day: string): Promise<Mark[]> {
    const { rows } = await client.query<Mark & { shared: boolean }>(
      `SELECT window_id, marked_at::text AS marked_at, split_part(window_id, '/', 2) = '${ALL_PRODUCTS}' AS shared
       FROM pipeline.transform_marks WHERE day = $1 ORDER BY shared, transform_marks.window_id LIMIT ${TOGETHER_MAX}`,
      [day],
    );
    return rows.filter(({ shared }) => shared === rows[0]!.shared);
  }

  /** Forgets marks, save those that were set again meanwhile. */
  async unmark(client: PoolClient, marks: readonly Mark[]): Promise<void> {
    await client.query(
      `DELETE FROM pipeline.transform_marks m USING unnest($1::text[], $2::timestamptz[]) AS d (window_id, marked_at)
       WHERE m.window_id = d.window_id AND m.marked_at = d.marked_at`,
      [marks.map((mark) => mark.window_id), marks.map((mark) => mark.marked_at)],
    );
  }

  async transforms(client: PoolClient, windowIds: readonly string[]): Promise<Map<string, Transform>> {
    const sql = 'SELECT window_id, csv_sha256, collected_at, refused FROM pipeline.transforms WHERE window_id = ANY ($1::text[])';
    const { rows } = await client.query<Transform>(sql, [windowIds]);
    return new Map(rows.map((row) => [row.window_id, row]));
  }

  async put(client: PoolClient, { window, revision, csvSha256, rowCount, leftOut }: NewTransform): Promise<void> {
    await client.query(
      `INSERT INTO pipeline.transforms AS t (window_id, csv_sha256, row_count, left_out, collected_at, collection_id)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (window_id) DO UPDATE SET csv_sha256 = EXCLUDED.csv_sha256, row_count = EXCLUDED.row_count, left_out = EXCLUDED.left_out,
         collected_at = EXCLUDED.collected_at, collection_id = EXCLUDED.collection_id, computed_at = now(), refused = false,
         refusals = CASE WHEN t.csv_sha256 = EXCLUDED.csv_sha256 THEN t.refusals ELSE 0 END`,
      [windowId(window), csvSha256, rowCount, JSON.stringify(leftOut), formatInstant(revision.collectedAtMs), revision.collectionId],
    );
  }

  /** Which products are not in a window may change where its rows do not. */
  async putLeftOut(client: PoolClient, windows: readonly Pick<NewTransform, 'window' | 'leftOut'>[]): Promise<void> {
    await client.query(
      `UPDATE pipeline.transforms t SET left_out = d.left_out FROM unnest($1::text[], $2::jsonb[]) AS d (window_id, left_out)
       WHERE t.window_id = d.window_id AND t.left_out <> d.left_out`,
      [windows.map(({ window }) => windowId(window)), windows.map(({ leftOut }) => JSON.stringify(leftOut))],
    );
  }

  /** Keeps what the last computation of each window came to: whoever marked it reads here that it was computed. */
  async putOutcomes(client: PoolClient, outcomes: readonly TransformOutcome[]): Promise<void> {
    await client.query(
      `INSERT INTO pipeline.transform_outcomes (window_id, outcome, detail) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
       ON CONFLICT (window_id) DO UPDATE SET outcome = EXCLUDED.outcome, detail = EXCLUDED.detail, computed_at = EXCLUDED.computed_at`,
      [outcomes.map(({ window }) => windowId(window)), outcomes.map(({ outcome }) => outcome), outcomes.map(({ detail }) => detail)],
    );
  }

  /**
   * Notes that a stage refused what was published last.
   * @param refused collection id by window id; one of an earlier publication changes nothing
   * @returns windows to be published once more
   */
  async refuse(client: PoolClient, refused: ReadonlyMap<string, string>, refusalsMax: number): Promise<string[]> {
    if (refused.size === 0) return [];
    const { rows } = await client.query<{ window_id: string; refusals: number }>(
      `UPDATE pipeline.transforms t SET refused = true, refusals = t.refusals + 1
       FROM unnest($1::text[], $2::uuid[]) AS r (window_id, collection_id)
       WHERE t.window_id = r.window_id AND t.collection_id = r.collection_id AND NOT t.refused RETURNING t.window_id, t.refusals`,
      [[...refused.keys()], [...refused.values()]],
    );
    return rows.filter(({ refusals }) => refusals <= refusalsMax).map((row) => row.window_id);
  }

  /** Keeps what is known of a year's days now. @returns what was known before, null if nothing */
  async swapDailySeen(client: PoolClient, id: string, days: readonly string[]): Promise<string[] | null> {
    const before = await client.query<{ days: string[] }>('SELECT days FROM pipeline.daily_candles_seen WHERE window_id = $1 FOR UPDATE', [
      id,
    ]);
    await client.query(
      `INSERT INTO pipeline.daily_candles_seen (window_id, days) VALUES ($1, $2::text[])
       ON CONFLICT (window_id) DO UPDATE SET days = EXCLUDED.days`,
      [id, days],
    );
    return before.rows[0]?.days ?? null;
  }
}
