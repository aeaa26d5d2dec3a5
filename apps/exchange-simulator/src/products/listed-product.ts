import { z } from 'zod';

const checked = z.looseObject({
  id: z.string(),
  base_currency: z.string(),
  quote_currency: z.string(),
  quote_increment: z.string(),
  base_increment: z.string(),
  status: z.string(),
  trading_disabled: z.boolean(),
});

/** One entry of `GET /products`; it keeps the order and the fields that it came with. */
export type ListedProduct = z.infer<typeof checked>;
export const listedProduct = z.custom<ListedProduct>((value) => checked.safeParse(value).success, 'is no product');

/** An entry in the exchange's own order of fields. */
export function newProduct(id: string, increments: { quote: string; base: string }): ListedProduct {
  const [base = '', quote = ''] = id.split('-');
  return {
    id,
    base_currency: base,
    quote_currency: quote,
    quote_increment: increments.quote,
    base_increment: increments.base,
    display_name: id,
    min_market_funds: '1',
    margin_enabled: false,
    post_only: false,
    limit_only: false,
    cancel_only: false,
    status: 'online',
    status_message: '',
    trading_disabled: false,
    fx_stablecoin: false,
    max_slippage_percentage: '0.03000000',
    auction_mode: false,
    high_bid_limit_percentage: '',
  };
}

/** Decimals of an increment such as `0.001` or `1`. */
export function decimalsOf(increment: string): number {
  const [, fraction = ''] = increment.split('.');
  return fraction.replace(/0+$/, '').length;
}

/** Whether the product takes part in the market at all. */
export function isTrading(product: ListedProduct): boolean {
  return product.status === 'online' && !product.trading_disabled;
}
