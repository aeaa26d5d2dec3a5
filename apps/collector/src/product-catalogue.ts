import type { Call, Product } from '@elias/coinbase';
import { UnknownProductError } from '@elias/coinbase';

/** Who lists the exchange's products. */
export interface ProductSource {
  products(call: Call): Promise<Product[]>;
  /** @throws UnknownProductError */
  product(productId: string, call: Call): Promise<Product>;
}

interface Listing {
  readonly products: Map<string, Product>;
  readonly unknown: Set<string>;
  readonly untilMs: number;
}

/**
 * The exchange's products, listed once and again when the list is too old. What is not in the list is asked for by itself, once per list:
 * it may be new, or its entry was unreadable.
 */
export class ProductCatalogue {
  private listing: Listing | undefined;
  private loading: Promise<Listing> | undefined;

  /** @param monotonicMs milliseconds of a clock that never goes back */
  constructor(
    private readonly source: ProductSource,
    private readonly ttlMs: number,
    private readonly monotonicMs: () => number,
  ) {}

  /**
   * @throws UnknownProductError
   * @throws ExchangeUnavailableError the list is too old, and there was no new one before the deadline
   */
  async find(productId: string, call: Call): Promise<Product> {
    const { products, unknown } = await this.current(call);
    const listed = products.get(productId);
    if (listed !== undefined) return listed;
    if (unknown.has(productId)) throw new UnknownProductError(productId);
    try {
      const product = await this.source.product(productId, call);
      products.set(productId, product);
      return product;
    } catch (error) {
      if (error instanceof UnknownProductError) unknown.add(productId);
      throw error;
    }
  }

  private async current(call: Call): Promise<Listing> {
    for (;;) {
      if (this.listing !== undefined && this.monotonicMs() < this.listing.untilMs) return this.listing;
      const mine = this.loading === undefined;
      this.loading ??= this.load(call).finally(() => (this.loading = undefined));
      try {
        return await this.loading;
      } catch (error) {
        // another's deadline or end is not ours: whoever is left loads for itself
        if (mine) throw error;
      }
    }
  }

  private async load(call: Call): Promise<Listing> {
    const products = await this.source.products(call);
    this.listing = {
      products: new Map(products.map((product) => [product.id, product])),
      unknown: new Set(),
      untilMs: this.monotonicMs() + this.ttlMs,
    };
    return this.listing;
  }
}
