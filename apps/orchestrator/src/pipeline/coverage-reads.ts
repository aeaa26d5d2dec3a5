import { Postgres } from '@elias/postgres';
import type { CoverageDay, Gap, Products } from './coverage-answers.js';
import { coverageDays, gapsOfDay } from './coverage-days.js';
import type { LedgerDay, ProductSpan } from './coverage-days.js';
import { afterSeries, CANDLE_WINDOWS, MINUTE_WINDOWS, minutesWindowId, windowSeries } from './window-series.js';

/** As the API writes times of ours: UTC, with milliseconds. */
export const momentText = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const LEDGER_DAY = `window_id, row_count, no_trade_periods, unknown_periods, open_periods, unknown_ranges, open_ranges,
  ${momentText('loaded_at')} AS changed_at`;

/** Which products and days are in Postgres, and what is missing in them. */
export class CoverageReads {
  constructor(private readonly postgres: Postgres) {}

  /** Every product that has candles, by name. */
  async products(): Promise<Products> {
    const products = await this.postgres.query<Products['products'][number]>(
      `WITH RECURSIVE ${windowSeries('series', 'market.load_ledger', CANDLE_WINDOWS)}, product AS (
         SELECT split_part(prefix, '/', 3) AS product_id, max(prefix) FILTER (WHERE starts_with(prefix, '${MINUTE_WINDOWS.from}')) AS minutes
         FROM series GROUP BY 1
       )
       SELECT p.product_id, days.first_day, days.last_day, COALESCE(days.windows, 0)::int AS day_windows,
         trim_scale(latest.close)::text AS last_close, trim_scale(latest.volume)::text AS last_volume_24h,
         trim_scale(latest.return_1d)::text AS change_24h, ${momentText('days.loaded_at')} AS last_loaded_at,
         listed.status, listed.base_currency, listed.quote_currency
       FROM product p
       LEFT JOIN LATERAL (
         SELECT min(right(window_id, 10)) AS first_day, max(right(window_id, 10)) AS last_day, count(*) AS windows, max(loaded_at) AS loaded_at
         FROM market.load_ledger WHERE window_id >= p.minutes AND window_id < ${afterSeries('p.minutes')} AND state = 'loaded'
       ) days ON true
       LEFT JOIN LATERAL (
         SELECT close, volume, return_1d FROM market.asset_stats_daily s WHERE s.product_id = p.product_id ORDER BY as_of_date DESC LIMIT 1
       ) latest ON true
       LEFT JOIN LATERAL (
         SELECT status, base_currency, quote_currency FROM market.products m WHERE m.product_id = p.product_id ORDER BY as_of_date DESC LIMIT 1
       ) listed ON true
       ORDER BY p.product_id`,
    );
    return { products };
  }

  /** How many products' minutes there are, so that nobody asks for too many days of them. */
  async productCount(): Promise<number> {
    return (await this.spans(null)).length;
  }

  /** Days `[from, to]` of every product, or of one. */
  async coverage(from: string, to: string, product: string | null): Promise<CoverageDay[]> {
    const spans = await this.spans(product);
    const bounds = [spans.map(({ product_id }) => product_id), from, to];
    const within = (column: string): string =>
      `${column} >= '${MINUTE_WINDOWS.from}' || p.id || '/' || $2 AND ${column} <= '${MINUTE_WINDOWS.from}' || p.id || '/' || $3`;
    const [ledger, tasks, checks] = await Promise.all([
      this.postgres.query<LedgerDay>(
        `SELECT l.* FROM unnest($1::text[]) AS p (id), LATERAL (
           SELECT ${LEDGER_DAY} FROM market.load_ledger WHERE ${within('window_id')} AND state = 'loaded'
         ) l`,
        bounds,
      ),
      this.postgres.query<{ window_id: string }>(
        `SELECT t.window_id FROM unnest($1::text[]) AS p (id), LATERAL (
           SELECT DISTINCT window_id FROM pipeline.tasks WHERE ${within('window_id')}
         ) t`,
        bounds,
      ),
      this.postgres.query<{ halt: string }>(
        `SELECT product_id || '/' || to_char(date, 'YYYY-MM-DD') AS halt FROM pipeline.checks
         WHERE name = 'halt' AND outcome IN ('warned', 'failed') AND date BETWEEN $1 AND $2`,
        [from, to],
      ),
    ]);
    return coverageDays({
      spans,
      loaded: new Map(ledger.map((row) => [row.window_id, row])),
      wanted: new Set(tasks.map(({ window_id }) => window_id)),
      halts: new Set(checks.map(({ halt }) => halt)),
      from,
      to,
    });
  }

  /** Minutes of a product's day without a candle; ledger and candles are of one moment. */
  async gaps(product: string, date: string): Promise<Gap[]> {
    const [row] = await this.postgres.query<{ ledger: LedgerDay | null; minutes: number[] }>(
      `SELECT (SELECT row_to_json(l) FROM (SELECT ${LEDGER_DAY} FROM market.load_ledger WHERE window_id = $1 AND state = 'loaded') l) AS ledger,
         ARRAY(SELECT (EXTRACT(EPOCH FROM started_at - $3::timestamptz) / 60)::int FROM market.candles
           WHERE product_id = $2 AND granularity = 60 AND started_at >= $3::timestamptz AND started_at < $3::timestamptz + interval '1 day'
           ORDER BY started_at) AS minutes`,
      [minutesWindowId(product, date), product, `${date}T00:00:00Z`],
    );
    return gapsOfDay(product, date, row?.ledger ?? null, row?.minutes ?? []);
  }

  /** First and last loaded day of each product's minutes; null of a product whose minutes a run wanted in vain so far. */
  private spans(product: string | null): Promise<ProductSpan[]> {
    const edge = (order: 'ASC' | 'DESC'): string =>
      `(SELECT right(window_id, 10) FROM market.load_ledger WHERE window_id >= prefix AND window_id < ${afterSeries('prefix')}
        ORDER BY window_id ${order} LIMIT 1)`;
    return this.postgres.query<ProductSpan>(
      `WITH RECURSIVE ${windowSeries('loaded', 'market.load_ledger', MINUTE_WINDOWS)},
         ${windowSeries('wanted', 'pipeline.tasks', MINUTE_WINDOWS)},
         known AS (SELECT prefix FROM loaded UNION SELECT prefix FROM wanted)
       SELECT split_part(prefix, '/', 3) AS product_id, ${edge('ASC')} AS first_day, ${edge('DESC')} AS last_day
       FROM known WHERE $1::text IS NULL OR prefix = '${MINUTE_WINDOWS.from}' || $1 || '/' ORDER BY 1`,
      [product],
    );
  }
}
