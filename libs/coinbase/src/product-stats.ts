import { PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import { BadAnswerError } from './coinbase-errors.js';
import { isJsonObject, ToldValues } from './told-values.js';

/**
 * The exchange's rolling 24 hours at the moment of asking, which cannot be asked for later, by column of `market.exchange_stats`.
 * Canonical decimals; null is what it does not tell.
 */
export interface ProductStats {
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly last: string | null;
  readonly volume: string | null;
  readonly volume_30day: string | null;
}

/**
 * @throws BadAnswerError it has not the shape of stats
 * @throws ValueDoesNotFitError a number that the stores cannot hold
 */
export function readStats(json: unknown, path: string, productId: string): ProductStats {
  if (!isJsonObject(json)) throw new BadAnswerError(path, 'the answer is no object');
  const told = new ToldValues(json, path, productId);
  return {
    open: told.decimal('open', PRICE_TYPE),
    high: told.decimal('high', PRICE_TYPE),
    low: told.decimal('low', PRICE_TYPE),
    last: told.decimal('last', PRICE_TYPE),
    volume: told.decimal('volume', SIZE_TYPE),
    volume_30day: told.decimal('volume_30day', SIZE_TYPE),
  };
}
