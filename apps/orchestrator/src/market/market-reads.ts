import { columnNames, DATASET_MODELS } from '@elias/contracts';
import type { TableModel } from '@elias/contracts';
import type { LeftOut } from '@elias/market-data';
import { Postgres } from '@elias/postgres';

/** A row as the API gives it: decimals are text, exact. */
export type ApiRow = Record<string, string | number | boolean | null>;

export interface TopDiscountsOfDay {
  as_of_date: string | null;
  days: number;
  discounts: ApiRow[];
  /** products that could not be compared, and why */
  left_out: readonly LeftOut[];
}

/** Columns that say where a row comes from, which readers of the API are not shown. */
export const PROVENANCE: ReadonlySet<string> = new Set(['definition_version', 'inputs_hash']);

/** What the API reads of the settled data in Postgres. Redshift is never woken by a reader. */
export class MarketReads {
  constructor(private readonly postgres: Postgres) {}

  /** The furthest discounted products; of the latest day when no date is given. */
  async discounts(days: number, date: string | undefined): Promise<TopDiscountsOfDay> {
    const dataset = days === 7 ? 'discounts_7d' : 'discounts_30d';
    const asOf = date ?? (await this.latestDay(dataset));
    if (asOf === null) return { as_of_date: null, days, discounts: [], left_out: [] };
    const sql = `SELECT ${shown(DATASET_MODELS[dataset])} FROM market.${dataset} t WHERE as_of_date = $1 ORDER BY t.rank`;
    const discounts = await this.postgres.query<ApiRow>(sql, [asOf]);
    const [told] = await this.postgres.query<{ left_out: LeftOut[] }>('SELECT left_out FROM pipeline.transforms WHERE window_id = $1', [
      `${dataset}/_all/${asOf}`,
    ]);
    return { as_of_date: asOf, days, discounts, left_out: told?.left_out ?? [] };
  }

  /** Every product's stats of one day; of the latest day when no date is given. */
  async statsOfDay(date: string | undefined, product: string | undefined): Promise<{ stats: ApiRow[] }> {
    const asOf = date ?? (await this.latestDay('asset_stats_daily'));
    const sql = `SELECT ${shown(DATASET_MODELS.asset_stats_daily)} FROM market.asset_stats_daily t
      WHERE as_of_date = $1 AND ($2::text IS NULL OR product_id = $2) ORDER BY t.product_id`;
    return { stats: await this.postgres.query<ApiRow>(sql, [asOf, product ?? null]) };
  }

  /** Days `[from, to]` of stats, by day; at most `limit` rows. */
  async statsOver(
    product: string | undefined,
    from: string | undefined,
    to: string | undefined,
    limit: number,
  ): Promise<{ stats: ApiRow[] }> {
    const sql = `SELECT ${shown(DATASET_MODELS.asset_stats_daily)} FROM market.asset_stats_daily t
      WHERE ($1::text IS NULL OR product_id = $1) AND as_of_date >= COALESCE($2::date, '-infinity') AND as_of_date <= COALESCE($3::date, 'infinity')
      ORDER BY t.as_of_date, t.product_id LIMIT $4`;
    return { stats: await this.postgres.query<ApiRow>(sql, [product ?? null, from ?? null, to ?? null, limit]) };
  }

  /** The ledger's windows whose names begin so, in the order of their names. */
  async windows(prefix: string, after: string, limit: number): Promise<{ windows: ApiRow[]; next: string | null }> {
    const rows = await this.postgres.query<ApiRow>(
      `SELECT window_id, state, row_count, unknown_periods, open_periods, no_trade_periods, unknown_ranges, open_ranges, csv_sha256, archive_key,
         collection_id, ${isoText('collected_at')}, ${isoText('loaded_at')}
       FROM market.load_ledger t WHERE starts_with(window_id, $1) AND window_id > $2 ORDER BY t.window_id LIMIT $3`,
      [prefix, after, limit + 1],
    );
    const windows = rows.slice(0, limit);
    return { windows, next: rows.length > limit ? String(windows.at(-1)!['window_id']) : null };
  }

  private async latestDay(dataset: 'discounts_7d' | 'discounts_30d' | 'asset_stats_daily'): Promise<string | null> {
    // a table without rows is a result too, so the ledger tells
    const [row] = await this.postgres.query<{ day: string | null }>(
      `SELECT max(right(window_id, 10)) AS day FROM market.load_ledger WHERE starts_with(window_id, $1) AND state = 'loaded'`,
      [`${dataset}/`],
    );
    return row?.day ?? null;
  }
}

/** Columns as JSON has them: instants and dates as text, decimals exact and without padding. */
function shown(model: TableModel): string {
  const kinds = new Map(model.columns.map(({ name, type }) => [name, type.kind]));
  return columnNames(model)
    .filter((name) => !PROVENANCE.has(name))
    .map((name) => {
      if (kinds.get(name) === 'decimal') return `trim_scale(t.${name})::text AS ${name}`;
      if (kinds.get(name) === 'date') return `to_char(t.${name}, 'YYYY-MM-DD') AS ${name}`;
      return kinds.get(name) === 'instant' ? isoText(name) : `t.${name}`;
    })
    .join(', ');
}

function isoText(name: string): string {
  return `to_char(t.${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ${name}`;
}
