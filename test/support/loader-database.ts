import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { freshDatabase } from './fresh-database.js';
import type { FreshDatabase } from './fresh-database.js';
import type { MadeTelling } from './made-telling.js';
import { testStack } from './stack.js';

const logger = createLogger({ app: 'test', level: 'silent' });

export interface StoredRow {
  product_id: string;
  granularity: number;
  started_at: string;
  [column: string]: unknown;
}

/** A migrated database of its own, and what a test asks it. */
export class LoaderDatabase {
  private readonly pools: Postgres[] = [];

  private constructor(private readonly database: FreshDatabase) {}

  static async create(): Promise<LoaderDatabase> {
    const database = await freshDatabase(testStack().postgres);
    await migratePostgres(database.url, logger);
    return new LoaderDatabase(database);
  }

  get url(): string {
    return this.database.url;
  }

  /** Another pool, as another process would have it. */
  pool(poolSize = 2): Postgres {
    const pool = new Postgres({ url: this.database.url, applicationName: 'elias-rds-loader', poolSize, logger });
    this.pools.push(pool);
    return pool;
  }

  async sql(text: string, params: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.database.admin.query<Record<string, unknown>>(text, [...params])).rows;
  }

  /** Every candle of a product, values as text. */
  async candles(productId: string): Promise<StoredRow[]> {
    const rows = await this.sql(
      `SELECT product_id, granularity, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
         trim_scale(open)::text AS open, trim_scale(high)::text AS high, trim_scale(low)::text AS low, trim_scale(close)::text AS close,
         trim_scale(volume)::text AS volume
       FROM market.candles WHERE product_id = $1 ORDER BY market.candles.started_at`,
      [productId],
    );
    return rows as StoredRow[];
  }

  /** The whole ledger of a product, without the clock's column. */
  async ledger(productId: string): Promise<Record<string, unknown>[]> {
    const rows = await this.sql(`SELECT * FROM market.load_ledger WHERE window_id LIKE 'candles/60/' || $1 || '/%' ORDER BY window_id`, [
      productId,
    ]);
    return rows.map(({ loaded_at: _, ...row }) => row);
  }

  /** Ends every connection that loaders have. @returns how many there were */
  async cutConnections(): Promise<number> {
    const rows = await this.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'elias-rds-loader'`,
    );
    return rows.length;
  }

  async drop(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.close()));
    await this.database.drop();
  }
}

/** What the table holds when a telling's rows are in it. */
export function rowsOf({ csv }: MadeTelling): StoredRow[] {
  const [header, ...lines] = csv.toString().trimEnd().split('\n');
  const names = header!.split(',');
  return lines.map((line) => {
    const row = Object.fromEntries(line.split(',').map((value, i) => [names[i]!, value]));
    return { ...row, granularity: Number(row['granularity']) } as StoredRow;
  });
}
