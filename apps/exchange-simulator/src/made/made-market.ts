import { BoundedCache } from '../candles/bounded-cache.js';
import type { CandleBlock } from '../candles/candle-block.js';
import { decimalsOf, newProduct } from '../products/listed-product.js';
import type { ListedProduct } from '../products/listed-product.js';
import { madeProduct } from './make-day.js';
import type { MadeDay } from './make-day.js';
import { MadeCandles } from './made-candles.js';
import { MadeDays } from './made-days.js';
import { CALIBRATED_PRODUCT_IDS, profileOf } from './product-profiles.js';

const DAYS_BYTES_MAX = 8 * 1_048_576;
const BLOCKS_BYTES_MAX = 32 * 1_048_576;

/** Made candles of any product, under one seed and within one bound of memory. */
export class MadeMarket {
  private readonly days = new BoundedCache<MadeDay>(DAYS_BYTES_MAX);
  private readonly blocks = new BoundedCache<CandleBlock>(BLOCKS_BYTES_MAX);

  constructor(private readonly seed: string) {}

  candles(product: ListedProduct): MadeCandles {
    const decimals = { price: decimalsOf(product.quote_increment), size: decimalsOf(product.base_increment) };
    return new MadeCandles(new MadeDays(madeProduct(this.seed, profileOf(product.id, decimals)), this.days), this.blocks);
  }
}

/** Drawn by name, for runs with more products than the calibrated ones; the last two are what a client must cope with. */
const DRAWN = ['APT', 'ARB', 'COMP', 'CRV', 'GRT', 'ICP', 'LDO', 'NEAR', 'OP', 'SAND', 'SNX', 'SUI', 'XTZ', 'YFI'];
const LIMIT_ONLY = 'AERGO-USD';
const DELISTED = 'REP-USD';

/** `GET /products` of a market that is made throughout. */
export function madeProducts(): ListedProduct[] {
  const calibrated = CALIBRATED_PRODUCT_IDS.map((id) => {
    const { priceDecimals, sizeDecimals } = profileOf(id, { price: 0, size: 0 });
    return newProduct(id, { quote: incrementOf(priceDecimals), base: incrementOf(sizeDecimals) });
  });
  const drawn = DRAWN.map((base) => newProduct(`${base}-USD`, { quote: '0.0001', base: '0.01' }));
  const limitOnly = { ...newProduct(LIMIT_ONLY, { quote: '0.0001', base: '0.01' }), limit_only: true };
  const delisted = { ...newProduct(DELISTED, { quote: '0.01', base: '0.000001' }), status: 'delisted', trading_disabled: true };
  return [...calibrated, ...drawn, limitOnly, delisted];
}

function incrementOf(decimals: number): string {
  return (10 ** -decimals).toFixed(decimals);
}
