import { DAY_MS, formatDate } from './calendar-day.js';
import type { DailyPrices, NoClose } from './daily-prices.js';
import { inputsHash } from './inputs-hash.js';
import { priceChange } from './price-change.js';
import { roundRatio } from './round-decimal.js';

/** Counts up with every change of a definition, so that rows of different ones are told apart. */
export const ASSET_DISCOUNTS_DEFINITION_VERSION = 1;

/** Spans of days, unless others are asked for. */
export const DEFAULT_DISCOUNT_SPANS = [7, 30] as const;

export interface AssetDiscountsInput {
  readonly productId: string;
  /** first instant of day D */
  readonly dayMs: number;
  /** from D−N−1 on for the longest span N, whose reference price may be carried from the day before it */
  readonly daily: DailyPrices;
  /** whole days, 1 or more, each once */
  readonly spans: readonly number[];
}

/** Why a row has no change: what is missing of which price. */
export type Missing = `price_${NoClose}` | `reference_${NoClose}` | 'reference_zero';

/** A row of `asset_discounts_daily`, by column. Decimals are canonical; ratios are fractions, not per cent. */
export interface AssetDiscountRow {
  readonly product_id: string;
  readonly as_of_date: string;
  readonly span_days: number;
  /** close(D): the day's, or that of the day before when D is verified to have had no trade, see `close_date` */
  readonly close: string | null;
  readonly close_date: string | null;
  /** close(D−N), likewise */
  readonly reference_price: string | null;
  readonly reference_date: string | null;
  /** close / reference_price − 1 */
  readonly change: string | null;
  /** max(0, −change) */
  readonly discount: string | null;
  /** highest price over D−N+1 … D; null unless the product was listed on all of them and none of them is unknown */
  readonly high_n: string | null;
  /** 1 − close / high_n: from 0 to less than 1, before rounding */
  readonly discount_to_high: string | null;
  /** why there is no change; null when there is one */
  readonly missing: Missing | null;
  /** days of D−N … D by what is known of them; a day that is not over is unknown */
  readonly present_days: number;
  readonly no_trade_days: number;
  readonly unknown_days: number;
  readonly definition_version: number;
  readonly inputs_hash: string;
}

/**
 * How far a product stands below its price of N days before, and below its high since, for each span N in the order given.
 * @throws RangeError when the day is no UTC midnight, or a span is no whole number of days or there twice
 */
export function assetDiscountsOfDay({ productId, dayMs, daily, spans }: AssetDiscountsInput): AssetDiscountRow[] {
  const wrong = spans.find((days, i) => !Number.isSafeInteger(days) || days < 1 || spans.indexOf(days) !== i);
  if (wrong !== undefined) throw new RangeError(`not a span of days, or there twice: ${wrong}`);
  return spans.map((days) => discountOver(days, productId, dayMs, daily));
}

function discountOver(days: number, productId: string, dayMs: number, daily: DailyPrices): AssetDiscountRow {
  const referenceMs = dayMs - days * DAY_MS;
  const [close, reference] = [daily.closeOf(dayMs), daily.closeOf(referenceMs)];
  const change = priceChange(close?.value, reference?.value);
  const high = daily.highOver(dayMs, days);
  const states = Array.from({ length: days + 1 }, (_, i) => daily.stateOn(referenceMs + i * DAY_MS));
  const [present, noTrade] = (['present', 'no_trade'] as const).map((wanted) => states.filter((state) => state === wanted).length);
  const prices = {
    close: close?.text ?? null,
    close_date: close === null ? null : formatDate(close.dayMs),
    reference_price: reference?.text ?? null,
    reference_date: reference === null ? null : formatDate(reference.dayMs),
    high_n: high?.text ?? null,
    missing: missingOf(days, dayMs, daily),
  };
  return {
    product_id: productId,
    as_of_date: formatDate(dayMs),
    span_days: days,
    ...prices,
    change: roundRatio(change),
    discount: roundRatio(change === null ? null : Math.max(0, -change)),
    discount_to_high: roundRatio(belowHigh(close?.value, high?.value)),
    present_days: present!,
    no_trade_days: noTrade!,
    unknown_days: states.length - present! - noTrade!,
    definition_version: ASSET_DISCOUNTS_DEFINITION_VERSION,
    inputs_hash: inputsHash([
      ...['asset_discounts_daily', ASSET_DISCOUNTS_DEFINITION_VERSION, productId, formatDate(dayMs), days],
      ...[prices.close, prices.close_date, prices.reference_price, prices.reference_date, prices.high_n, prices.missing],
      states,
    ]),
  };
}

function missingOf(days: number, dayMs: number, daily: DailyPrices): Missing | null {
  const referenceMs = dayMs - days * DAY_MS;
  const reference = daily.closeOf(referenceMs);
  if (daily.closeOf(dayMs) === null) return `price_${daily.whyNoClose(dayMs)}`;
  if (reference === null) return `reference_${daily.whyNoClose(referenceMs)}`;
  return reference.value === 0 ? 'reference_zero' : null;
}

/** A close above the high would be the exchange's own slip; it is no negative discount. */
function belowHigh(close: number | undefined, high: number | undefined): number | null {
  const change = priceChange(close, high);
  return change === null ? null : Math.max(0, 1 - close! / high!);
}
