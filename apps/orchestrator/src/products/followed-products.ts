import { EliasError } from '@elias/errors';
import type { PoolClient, Postgres } from '@elias/postgres';
import type { ProductCatalog } from '../runs/start-run.js';

export interface FollowedProduct {
  product_id: string;
  /** RFC 3339 */
  followed_since: string;
}

/** The product cannot be followed, or left. */
export class ProductRefusedError extends EliasError {
  override readonly name = 'ProductRefusedError';
  readonly code = 'ELIAS_PRODUCT_REFUSED';
  readonly disposition = 'dead-letter';
}

/** Whether the exchange has the product cannot be told now. */
export class CatalogAwayError extends EliasError {
  override readonly name = 'CatalogAwayError';
  readonly code = 'ELIAS_CATALOG_AWAY';
  readonly disposition = 'retry';
  constructor() {
    super('the exchange does not list its products');
  }
}

/**
 * The products of the daily run, kept in Postgres, so that a change needs no restart and is every instance's. The setting fills the table
 * once; from then on the table counts.
 */
export class FollowedProducts {
  constructor(
    private readonly postgres: Postgres,
    private readonly catalog: ProductCatalog,
    private readonly seed: readonly string[],
  ) {}

  /** By their ids. */
  list(): Promise<FollowedProduct[]> {
    return this.postgres.transaction(async (client) => {
      await this.lock(client);
      return this.followed(client);
    });
  }

  /** @returns those that are followed, and those that somebody has left */
  async ids(): Promise<{ followed: string[]; left: ReadonlySet<string> }> {
    const followed = (await this.list()).map(({ product_id }) => product_id);
    const left = await this.postgres.query<{ product_id: string }>(
      'SELECT product_id FROM pipeline.followed_products WHERE left_at IS NOT NULL',
    );
    return { followed, left: new Set(left.map(({ product_id }) => product_id)) };
  }

  /**
   * From the next daily run on. Doing it twice changes nothing.
   * @throws ProductRefusedError the exchange does not have it
   * @throws CatalogAwayError that cannot be told
   */
  async follow(productId: string): Promise<FollowedProduct[]> {
    const known = await this.catalog.productIds();
    if (known === null) throw new CatalogAwayError();
    if (!known.has(productId)) throw new ProductRefusedError(`the exchange has no product ${productId}`);
    return this.postgres.transaction(async (client) => {
      await this.lock(client);
      await client.query(
        `INSERT INTO pipeline.followed_products AS p (product_id) VALUES ($1)
         ON CONFLICT (product_id) DO UPDATE SET followed_since = now(), left_at = NULL WHERE p.left_at IS NOT NULL`,
        [productId],
      );
      return this.followed(client);
    });
  }

  /**
   * Its history stays; daily runs that follow are without it. Doing it twice, or to one that nobody follows, changes nothing.
   * @throws ProductRefusedError it is the last one
   */
  leave(productId: string): Promise<FollowedProduct[]> {
    return this.postgres.transaction(async (client) => {
      await this.lock(client);
      const followed = await this.followed(client);
      if (followed.length === 1 && followed[0]!.product_id === productId) throw new ProductRefusedError(`${productId} is the last one`);
      await client.query('UPDATE pipeline.followed_products SET left_at = now() WHERE product_id = $1 AND left_at IS NULL', [productId]);
      return this.followed(client);
    });
  }

  /** Who looks at the products or changes them takes turns; the first one ever fills the table. */
  private async lock(client: PoolClient): Promise<void> {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('elias.pipeline.followed-products', 0))`);
    await client.query(
      `INSERT INTO pipeline.followed_products (product_id)
       SELECT unnest($1::text[]) WHERE NOT EXISTS (SELECT FROM pipeline.followed_products)`,
      [this.seed],
    );
  }

  private async followed(client: PoolClient): Promise<FollowedProduct[]> {
    const { rows } = await client.query<{ product_id: string; followed_since: Date }>(
      'SELECT product_id, followed_since FROM pipeline.followed_products WHERE left_at IS NULL ORDER BY product_id',
    );
    return rows.map(({ product_id, followed_since }) => ({ product_id, followed_since: followed_since.toISOString() }));
  }
}
