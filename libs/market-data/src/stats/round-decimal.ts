import { canonicalDecimal } from '../canonical-decimal.js';

/** Decimal places of prices, volumes and money on output. */
export const PRICE_PLACES = 10;
/** Decimal places of ratios on output: returns, discounts, volatility. */
export const RATIO_PLACES = 8;

/**
 * A float as a canonical decimal, rounded half away from zero on the double's own decimal expansion, which is exact: 0.125 is a tie and
 * gives 0.13 at two places, 1.005 is a little less than it looks and gives 1. Nothing is multiplied, so nothing is rounded twice.
 *
 * `toFixed` is that rule: it picks the n for which n / 10^places is closest to the exact value, of two the larger one, and puts the sign
 * back afterwards. Source: ECMA-262, Number.prototype.toFixed.
 * @param places 0 to 100
 * @throws RangeError when the value is not finite, or 10^21 and more, which `toFixed` does not write out
 */
export function roundDecimal(value: number, places: number): string {
  if (!(Math.abs(value) < 1e21)) throw new RangeError(`not a number to be written with ${places} places: ${value}`);
  return canonicalDecimal(value.toFixed(places));
}

/** A price, volume or amount of money; what is undefined is null, never 0. */
export function roundPrice(value: number | null): string | null {
  return value === null ? null : roundDecimal(value, PRICE_PLACES);
}

/** A ratio; what is undefined is null, never 0. */
export function roundRatio(value: number | null): string | null {
  return value === null ? null : roundDecimal(value, RATIO_PLACES);
}
