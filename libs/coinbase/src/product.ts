import { z } from 'zod';

const productSchema = z.object({
  id: z.string().min(1),
  base_currency: z.string(),
  quote_currency: z.string(),
  base_increment: z.string(),
  quote_increment: z.string(),
  status: z.string(),
  trading_disabled: z.boolean().default(false),
});

/** One product as the exchange lists it. */
export interface Product {
  readonly id: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  /** smallest step of a size, decimal text as it came */
  readonly baseIncrement: string;
  /** smallest step of a price */
  readonly quoteIncrement: string;
  /** `online`, `offline`, `delisted`, … */
  readonly status: string;
  readonly tradingDisabled: boolean;
}

/** Whether trades can be expected of it, so that a period without a row means that there were none. */
export function isTrading(product: Product): boolean {
  return product.status === 'online' && !product.tradingDisabled;
}

/** @returns null when it is not the shape of a product */
export function readProduct(json: unknown): Product | null {
  const parsed = productSchema.safeParse(json);
  if (!parsed.success) return null;
  const { id, status } = parsed.data;
  return {
    id,
    status,
    baseCurrency: parsed.data.base_currency,
    quoteCurrency: parsed.data.quote_currency,
    baseIncrement: parsed.data.base_increment,
    quoteIncrement: parsed.data.quote_increment,
    tradingDisabled: parsed.data.trading_disabled,
  };
}
