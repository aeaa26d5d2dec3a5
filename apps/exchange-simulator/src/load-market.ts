import type { CandleSource } from './candles/candle-source.js';
import { MadeMarket, madeProducts } from './made/made-market.js';
import { Market } from './market.js';
import { newProduct } from './products/listed-product.js';
import type { ListedProduct } from './products/listed-product.js';
import type { Recordings } from './recordings/load-recordings.js';

const NEW_INCREMENTS = { quote: '0.0001', base: '0.01' };

/**
 * The market of all sources: a product's recording comes before its archive, what has neither is made. Listed is what
 * the recorded list has (without one the made list), every held product, and those asked for by setting.
 */
export function marketOf(options: {
  seed: string;
  recordings: Recordings | null;
  archives: ReadonlyMap<string, CandleSource>;
  furtherProductIds: readonly string[];
}): Market {
  const { seed, recordings, archives, furtherProductIds } = options;
  const held = new Map<string, CandleSource>([...archives, ...(recordings?.candles ?? [])]);
  const made = madeProducts();
  const listed = recordings !== null && recordings.products.length > 0 ? recordings.products : made;
  const known = new Set(listed.map(({ id }) => id));
  const missing = new Set([...made.map(({ id }) => id), ...held.keys(), ...furtherProductIds].filter((id) => !known.has(id)));
  const added = [...missing].map((id) => made.find((product) => product.id === id) ?? newProduct(id, NEW_INCREMENTS));
  const products = [...listed, ...added].map((product) => (held.has(product.id) ? online(product) : product));
  return new Market({ products, held, made: new MadeMarket(seed) });
}

/** A held product did trade, whatever became of it by the day that the list was recorded. */
function online(product: ListedProduct): ListedProduct {
  return { ...product, status: 'online', trading_disabled: false };
}
