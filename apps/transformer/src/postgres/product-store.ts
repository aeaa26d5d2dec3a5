import { formatInstant } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';

/** The exchange's lists of products, as the rds-loader left them. A day goes by its own, else by the latest before it, else by the earliest. */
export class ProductStore {
  /**
   * Products that the exchange calls stablecoins.
   * @param day `2023-12-01`
   */
  async stablecoins(client: PoolClient, day: string): Promise<string[]> {
    const { rows } = await client.query<{ product_id: string }>(
      `SELECT product_id FROM market.products WHERE fx_stablecoin AND as_of_date = COALESCE(
         (SELECT max(as_of_date) FROM market.products WHERE as_of_date <= $1), (SELECT min(as_of_date) FROM market.products))`,
      [day],
    );
    return rows.map((row) => row.product_id);
  }

  /** Days that go by the list of this one, and have minutes of any product; first instants. */
  async daysGoingBy(client: PoolClient, listedMs: number): Promise<number[]> {
    const { rows } = await client.query<{ day: string }>(
      `WITH minutes AS (
         SELECT DISTINCT split_part(window_id, '/', 4) AS day FROM market.load_ledger
         WHERE window_id >= 'candles/60/' AND window_id < 'candles/600' AND state = 'loaded'
       ), lists AS (
         SELECT min(as_of_date) AS earliest, (SELECT min(as_of_date) FROM market.products WHERE as_of_date > $1) AS next FROM market.products
       )
       SELECT day FROM minutes, lists
       WHERE CASE WHEN day::date < $1 THEN earliest >= $1 ELSE day::date < COALESCE(next, 'infinity') END ORDER BY day`,
      [formatInstant(listedMs).slice(0, 10)],
    );
    return rows.map(({ day }) => Date.parse(`${day}T00:00:00Z`));
  }
}
