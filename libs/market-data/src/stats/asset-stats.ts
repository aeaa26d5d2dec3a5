import type { Candle } from '../candle.js';
import { canonicalDecimal } from '../canonical-decimal.js';
import { DAY_MS, formatDate } from './calendar-day.js';
import { candleColumns } from './candle-columns.js';
import type { CoveredCandles } from './covered-candles.js';
import { countStates, periodStates } from './covered-candles.js';
import type { DailyPrices } from './daily-prices.js';
import type { DayStatistics } from './day-statistics.js';
import { dayStatistics } from './day-statistics.js';
import { candlesHash, coverageText, inputsHash } from './inputs-hash.js';
import { parseCanonical } from './parse-decimal.js';
import { priceChange } from './price-change.js';
import { roundPrice, roundRatio } from './round-decimal.js';
import { closeVolatility, realisedVolatility } from './volatility.js';

/** Counts up with every change of a definition, so that rows of different ones are told apart. */
export const ASSET_STATS_DEFINITION_VERSION = 1;

/** Daily log returns behind `vol_30d`. */
const VOLATILITY_DAYS = 30;

export interface AssetStatsInput {
  readonly productId: string;
  /** the day's 60 s candles: `[D 00:00Z, D+1 00:00Z)` */
  readonly minutes: CoveredCandles;
  /** `lastPriceOf` the minutes of the day before */
  readonly priceBefore: string | null;
  /** from D−31 on, for closes of 31 days, the first of which may be carried from the day before it */
  readonly daily: DailyPrices;
}

/** A row of `asset_stats_daily`, by column. Decimals are canonical; ratios are fractions, not per cent. */
export interface AssetStatsRow {
  readonly product_id: string;
  readonly as_of_date: string;
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  /** the day's last price or, when it is verified to have had no trade, that of the day before: see `close_date` */
  readonly close: string | null;
  readonly close_date: string | null;
  readonly volume: string | null;
  readonly quote_volume: string | null;
  readonly vwap: string | null;
  readonly vwap_source: 'candles' | null;
  readonly trade_count: number | null;
  readonly return_1d: string | null;
  readonly return_7d: string | null;
  readonly return_30d: string | null;
  readonly rv_1d: string | null;
  readonly vol_30d: string | null;
  /** some minute is unknown or open: values are of the minutes that are known */
  readonly partial: boolean;
  /** the minutes do not give the day's own candle; null when they cannot be compared */
  readonly mismatch: boolean | null;
  readonly present_minutes: number;
  readonly no_trade_minutes: number;
  readonly unknown_minutes: number;
  readonly open_minutes: number;
  readonly definition_version: number;
  readonly inputs_hash: string;
}

/**
 * The stats of one product on one day. What happened within the day comes from its minutes, what spans days (returns, `vol_30d`) from
 * daily candles at both ends, so that returns and discounts of a day always agree.
 * @throws RangeError when the minutes are not one UTC day of 60 s candles, or a value is no decimal
 */
export function assetStatsOfDay({ productId, minutes, priceBefore, daily }: AssetStatsInput): AssetStatsRow {
  const dayMs = minutes.fromMs;
  const date = formatDate(dayMs);
  if (minutes.granularity !== 60 || minutes.toMs !== dayMs + DAY_MS) throw new RangeError(`not the minutes of ${date}`);
  const start = priceBefore === null ? null : canonicalDecimal(priceBefore);
  const columns = candleColumns(minutes);
  const counts = countStates(columns.states);
  const whole = counts.unknown + counts.open === 0;
  const day = dayStatistics(columns);
  const close = day === null ? (whole ? carriedClose(daily, dayMs) : null) : { text: day.close, dayMs };
  const closes = Array.from({ length: VOLATILITY_DAYS + 1 }, (_, i) => daily.closeOf(dayMs - (VOLATILITY_DAYS - i) * DAY_MS));
  const returnOver = (days: number): string | null => roundRatio(priceChange(closes.at(-1)?.value, closes.at(-1 - days)?.value));
  return {
    product_id: productId,
    as_of_date: date,
    open: day?.open ?? null,
    high: day?.high ?? null,
    low: day?.low ?? null,
    close: close?.text ?? null,
    close_date: close === null ? null : formatDate(close.dayMs),
    volume: roundPrice(day?.volume ?? (whole ? 0 : null)),
    quote_volume: roundPrice(day?.quoteVolume ?? (whole ? 0 : null)),
    vwap: day?.vwap ?? null,
    vwap_source: (day?.vwap ?? null) === null ? null : 'candles',
    trade_count: null,
    return_1d: returnOver(1),
    return_7d: returnOver(7),
    return_30d: returnOver(30),
    rv_1d: whole ? roundRatio(realisedVolatility(columns, start === null ? null : priceOf(start))) : null,
    vol_30d: whole ? roundRatio(closeVolatility(closes.map((price) => price?.value ?? null))) : null,
    partial: !whole,
    mismatch: whole ? isMismatch(day, daily, dayMs) : null,
    present_minutes: counts.present,
    no_trade_minutes: counts.no_trade,
    unknown_minutes: counts.unknown,
    open_minutes: counts.open,
    definition_version: ASSET_STATS_DEFINITION_VERSION,
    inputs_hash: inputsHash([
      ...['asset_stats_daily', ASSET_STATS_DEFINITION_VERSION, productId, date],
      ...[candlesHash(columns), coverageText(columns), start],
      [daily.stateOn(dayMs), ...candleValues(daily.candleOn(dayMs))],
      closes.map((price) => price && [price.text, price.dayMs]),
      carriedClose(daily, dayMs)?.text ?? null,
    ]),
  };
}

/** Close of the last minute; null unless the day is whole and had a trade. It is what the day after starts from. */
export function lastPriceOf(minutes: CoveredCandles): string | null {
  const { unknown, open } = countStates(periodStates(minutes));
  if (unknown + open > 0) return null;
  const last = minutes.candles.reduce<Candle | null>((a, b) => (a === null || b.startedAtMs > a.startedAtMs ? b : a), null);
  return last === null ? null : canonicalDecimal(last.close);
}

/** What close(D) is when D had no trade, whatever the daily candle says of D. */
function carriedClose(daily: DailyPrices, dayMs: number): { text: string; dayMs: number } | null {
  const before = daily.candleOn(dayMs - DAY_MS);
  return before === null ? null : { text: before.close, dayMs: dayMs - DAY_MS };
}

/** Each of up to 1,441 volumes may have been rounded at its eighth place by the exchange; the float sum's own error is far smaller. */
const VOLUME_ROUNDING = 1_441 * 0.5e-8;
const VOLUME_ROUNDING_RELATIVE = 1e-9;

function isMismatch(day: DayStatistics | null, daily: DailyPrices, dayMs: number): boolean | null {
  const state = daily.stateOn(dayMs);
  const candle = daily.candleOn(dayMs);
  if (candle === null) return state === 'no_trade' ? day !== null : null;
  if (day === null) return true;
  const volume = priceOf(candle.volume);
  const samePrices = day.open === candle.open && day.high === candle.high && day.low === candle.low && day.close === candle.close;
  return !samePrices || Math.abs(day.volume - volume) > Math.max(VOLUME_ROUNDING, volume * VOLUME_ROUNDING_RELATIVE);
}

function candleValues(candle: Candle | null): string[] {
  return candle === null ? [] : [candle.open, candle.high, candle.low, candle.close, candle.volume];
}

/** @throws RangeError when the text is no canonical decimal that is zero or more */
function priceOf(text: string): number {
  const price = parseCanonical(text);
  if (Number.isNaN(price)) throw new RangeError(`not a price: ${text}`);
  return price;
}
