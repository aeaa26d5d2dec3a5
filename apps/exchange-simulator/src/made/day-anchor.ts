import { bitsAt, normal } from '../random.js';

/** Days between two knots; a power of two, for the halving below. */
const SPAN_DAYS = 64;
/** Share of a product's daily move that all products have in common. */
const MARKET_SHARE = 0.7;
const OWN_SHARE = Math.sqrt(1 - MARKET_SHARE ** 2);

export interface AnchorFields {
  /** noise of this product */
  product: number;
  /** noise that all products of a seed share */
  market: number;
}

/**
 * Logarithm of price over calibrated price at the start of a UTC day. Any day of any year is found in seven steps:
 * between two knots, which keep the price near its calibration for ever, midpoints are displaced by halves, so that
 * days walk at random with the given volatility.
 * @param day whole days since the epoch
 * @param dailyVolatility standard deviation of a day's logarithmic return
 */
export function dayAnchor(fields: AnchorFields, day: number, dailyVolatility: number): number {
  const knot = Math.floor(day / SPAN_DAYS);
  let from = knot * SPAN_DAYS;
  let to = from + SPAN_DAYS;
  const knotDeviation = dailyVolatility * Math.sqrt(SPAN_DAYS / 2);
  let fromValue = knotDeviation * drawn(fields, 0, knot);
  let toValue = knotDeviation * drawn(fields, 0, knot + 1);
  for (let level = 1; to - from > 1; level += 1) {
    if (day === from) return fromValue;
    const middle = (from + to) / 2;
    const value = (fromValue + toValue) / 2 + dailyVolatility * Math.sqrt((to - from) / 4) * drawn(fields, level, middle);
    if (day < middle) {
      to = middle;
      toValue = value;
    } else {
      from = middle;
      fromValue = value;
    }
  }
  return fromValue;
}

function drawn(fields: AnchorFields, level: number, index: number): number {
  return MARKET_SHARE * normal(bitsAt(fields.market, level, index)) + OWN_SHARE * normal(bitsAt(fields.product, level, index));
}
