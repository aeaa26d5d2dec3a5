import { isProductId, PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import { BadAnswerError } from './coinbase-errors.js';
import { isJsonObject, ToldValues } from './told-values.js';

/** A product as the exchange lists it, by column of `market.products`, the day left out. Null is what it does not tell. */
export interface ListedProduct {
  readonly product_id: string;
  readonly base_currency: string | null;
  readonly quote_currency: string | null;
  readonly status: string | null;
  readonly status_message: string | null;
  readonly base_increment: string | null;
  readonly quote_increment: string | null;
  readonly min_market_funds: string | null;
  readonly trading_disabled: boolean | null;
  readonly post_only: boolean | null;
  readonly limit_only: boolean | null;
  readonly cancel_only: boolean | null;
  readonly auction_mode: boolean | null;
  readonly fx_stablecoin: boolean | null;
  readonly margin_enabled: boolean | null;
}

/**
 * Every product of `GET /products`, in the answer's order. A list of which an entry cannot be read is refused as a whole: without that
 * entry it would say that the product is gone.
 * @throws BadAnswerError it is no list of products, it is empty, or a product is in it twice
 * @throws ValueDoesNotFitError a number that the stores cannot hold
 */
export function readListing(json: unknown, path: string): ListedProduct[] {
  if (!Array.isArray(json) || json.length === 0) throw new BadAnswerError(path, 'it is no list of products');
  const products = json.map((entry: unknown, at) => listedProduct(entry, at, path));
  const ids = new Set<string>();
  for (const { product_id: id } of products) {
    if (ids.has(id)) throw new BadAnswerError(path, `${id} is in the list twice`);
    ids.add(id);
  }
  return products;
}

function listedProduct(entry: unknown, at: number, path: string): ListedProduct {
  const id = isJsonObject(entry) ? entry['id'] : undefined;
  if (!isJsonObject(entry) || typeof id !== 'string' || !isProductId(id)) {
    throw new BadAnswerError(path, `entry ${at} is no product: ${String(JSON.stringify(entry)).slice(0, 200)}`);
  }
  const told = new ToldValues(entry, path, id);
  return {
    product_id: id,
    base_currency: told.text('base_currency'),
    quote_currency: told.text('quote_currency'),
    status: told.text('status'),
    status_message: told.text('status_message'),
    base_increment: told.decimal('base_increment', SIZE_TYPE),
    quote_increment: told.decimal('quote_increment', PRICE_TYPE),
    min_market_funds: told.decimal('min_market_funds', SIZE_TYPE),
    trading_disabled: told.flag('trading_disabled'),
    post_only: told.flag('post_only'),
    limit_only: told.flag('limit_only'),
    cancel_only: told.flag('cancel_only'),
    auction_mode: told.flag('auction_mode'),
    fx_stablecoin: told.flag('fx_stablecoin'),
    margin_enabled: told.flag('margin_enabled'),
  };
}
