/** What became of one product's matches. */
export interface ProductMatches {
  /** first and last match that passed while anybody was subscribed to `matches`, and how many */
  first_trade_id: number | null;
  last_trade_id: number | null;
  count: number;
  /** match messages sent, over all connections */
  sent: number;
  /** passed over in a jump of the clock; not in `count` */
  skipped: number;
  dropped: number;
  doubled: number;
  reordered: number;
}

/** Counts matches per product, so that a test knows what was made and what was told. */
export class ToldMatches {
  private readonly products = new Map<string, ProductMatches>();

  of(productId: string): ProductMatches {
    const known = this.products.get(productId);
    if (known !== undefined) return known;
    const fresh = { first_trade_id: null, last_trade_id: null, count: 0, sent: 0, skipped: 0, dropped: 0, doubled: 0, reordered: 0 };
    this.products.set(productId, fresh);
    return fresh;
  }

  passed(productId: string, tradeId: number): ProductMatches {
    const product = this.of(productId);
    product.first_trade_id ??= tradeId;
    product.last_trade_id = tradeId;
    product.count += 1;
    return product;
  }

  report(): Record<string, ProductMatches> {
    return Object.fromEntries(this.products);
  }

  reset(): void {
    this.products.clear();
  }
}
