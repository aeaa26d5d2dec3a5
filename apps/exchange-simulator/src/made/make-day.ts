import { dayAnchor } from './day-anchor.js';
import type { ProductProfile } from './product-profiles.js';
import { below, bitsAt, bitsOf, exponential, fieldOf, logNormals, lookUp, normal, unit } from '../random.js';

const { cos, exp, floor, max, min, round } = Math;

export const MINUTES_PER_DAY = 1_440;

/** One made UTC day, minute by minute. Prices in quote increments, volumes in base increments: whole numbers, so sums are exact. */
export interface MadeDay {
  /** whole days since the epoch */
  day: number;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  /** trades of the day before minute i; entry 1,440 is the day's count; a minute without a trade repeats the entry before it */
  tradesBefore: Uint32Array;
  /** the day's first trade id; ids go on without a hole from day to day */
  firstTradeId: number;
}

/** What a seed and a product decide together. */
export interface MadeProduct {
  profile: ProductProfile;
  seed: string;
  /** noise of the product, and of the market that it is part of */
  fields: { product: number; market: number };
}

export function madeProduct(seed: string, profile: ProductProfile): MadeProduct {
  return { profile, seed, fields: { product: fieldOf(seed, profile.productId), market: fieldOf(seed, 'the whole market') } };
}

/** How far a day's order count may swing, as a share of the mean. */
const COUNT_SWING = 0.7;
/** An order meets this many trades on average, one to five; so few minutes with trades have a single one. */
const TRADES_PER_ORDER = 3;

/**
 * Orders of a product before a UTC day, since its listing. A closed form, so that trade ids are contiguous and any
 * day's are known without making the days before it.
 */
function ordersBeforeDay({ profile, fields }: MadeProduct, day: number): number {
  if (day <= profile.listedDay) return 0;
  const perDay = profile.ordersPerMinute * MINUTES_PER_DAY;
  return floor(perDay * (day - profile.listedDay + COUNT_SWING * (unit(bitsAt(fields.product, 100, day)) - 0.5)));
}

/** Trades that a product's first orders met. */
function tradesOfOrders({ fields }: MadeProduct, orders: number): number {
  return orders === 0 ? 0 : orders * TRADES_PER_ORDER + below(bitsAt(fields.product, 101, orders), TRADES_PER_ORDER);
}

function tradesBeforeDay(product: MadeProduct, day: number): number {
  return tradesOfOrders(product, ordersBeforeDay(product, day));
}

/** The day that holds a trade id (from 1). */
export function dayOfTrade(product: MadeProduct, tradeId: number): number {
  const perDay = product.profile.ordersPerMinute * MINUTES_PER_DAY * TRADES_PER_ORDER;
  let day = product.profile.listedDay + floor(tradeId / perDay);
  while (tradesBeforeDay(product, day) >= tradeId) day -= 1;
  while (tradesBeforeDay(product, day + 1) < tradeId) day += 1;
  return day;
}

/** Makes one day. The path of prices runs between the day's two anchors, so days join without a jump. */
export function makeDay(product: MadeProduct, day: number): MadeDay {
  const { profile, seed, fields } = product;
  const bits = bitsOf(seed, profile.productId, 'day', day);
  const made: MadeDay = {
    day,
    open: new Float64Array(MINUTES_PER_DAY),
    high: new Float64Array(MINUTES_PER_DAY),
    low: new Float64Array(MINUTES_PER_DAY),
    close: new Float64Array(MINUTES_PER_DAY),
    volume: new Float64Array(MINUTES_PER_DAY),
    tradesBefore: new Uint32Array(MINUTES_PER_DAY + 1),
    firstTradeId: tradesBeforeDay(product, day) + 1,
  };
  if (day < profile.listedDay) return made;

  const activity = activityUpTo(profile, bits);
  const ordersBefore = ordersBeforeDay(product, day);
  const count = ordersBeforeDay(product, day + 1) - ordersBefore;
  const total = activity[MINUTES_PER_DAY] ?? 1;
  const offset = unit(bits());
  const volatility = profile.minuteVolatility * exp(0.3 * normal(bits()) - 0.045);
  const path = new Float64Array(MINUTES_PER_DAY + 1);
  for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
    path[minute + 1] = (path[minute] ?? 0) + volatility * normal(bits());
    const orders = floor((count * (activity[minute + 1] ?? 0)) / total + offset);
    made.tradesBefore[minute + 1] = tradesOfOrders(product, ordersBefore + orders) + 1 - made.firstTradeId;
  }

  const from = dayAnchor(fields, day, profile.dailyVolatility);
  const drift = (dayAnchor(fields, day + 1, profile.dailyVolatility) - from - (path[MINUTES_PER_DAY] ?? 0)) / MINUTES_PER_DAY;
  const scale = profile.price * 10 ** profile.priceDecimals;
  let price = max(1, round(scale * exp(from)));
  for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
    const next = max(1, round(scale * exp(from + (path[minute + 1] ?? 0) + drift * (minute + 1))));
    const trades = (made.tradesBefore[minute + 1] ?? 0) - (made.tradesBefore[minute] ?? 0);
    if (trades > 0) fillMinute(made, minute, trades, price, next, volatility, profile, bits);
    price = next;
  }
  return made;
}

/** Sum of the minutes' activity up to each minute: bursts about an hourly swell (busiest at 15:00 UTC). */
function activityUpTo(profile: ProductProfile, bits: () => number): Float64Array {
  const sums = new Float64Array(MINUTES_PER_DAY + 1);
  const bursts = burstsOf(profile);
  let sum = 0;
  for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
    sum += (HOURLY[floor(minute / 60)] ?? 1) * lookUp(bursts, bits());
    sums[minute + 1] = sum;
  }
  return sums;
}

const BURSTS = new Map<number, Float64Array>();

function burstsOf({ activitySpread }: ProductProfile): Float64Array {
  const known = BURSTS.get(activitySpread) ?? logNormals(activitySpread);
  BURSTS.set(activitySpread, known);
  return known;
}

const HOURLY = Float64Array.from({ length: 24 }, (_, hour) => 1 + 0.4 * cos(((hour - 15) / 12) * Math.PI));

/** One minute with trades. One trade can only make a flat candle, two no wick, three one wick: as trades do. */
function fillMinute(
  made: MadeDay,
  minute: number,
  trades: number,
  from: number,
  to: number,
  volatility: number,
  profile: ProductProfile,
  bits: () => number,
): void {
  const open = trades === 1 ? to : max(1, from + below(bits(), 3) - 1);
  const wickBits = bits();
  const reach = profile.wick * volatility * to;
  const up = trades > 3 || (trades === 3 && (wickBits & 1) === 0) ? round(reach * exponential(wickBits)) : 0;
  const down = trades > 3 || (trades === 3 && (wickBits & 1) === 1) ? round(reach * exponential(bits())) : 0;
  made.open[minute] = open;
  made.close[minute] = to;
  made.high[minute] = max(open, to) + up;
  made.low[minute] = max(1, min(open, to) - down);
  made.volume[minute] = max(trades, madeVolume(trades, profile, bits));
}

/** Volume of a minute in base increments. One lone trade in 64 is dust, as the real thin products have it. */
function madeVolume(trades: number, profile: ProductProfile, bits: () => number): number {
  const spread = profile.volumeSpread;
  const usual =
    ((trades * profile.orderSize) / TRADES_PER_ORDER) * exp(spread * normal(bits()) - (spread * spread) / 2) * 10 ** profile.sizeDecimals;
  if (trades === 1 && profile.sizeDecimals >= 5 && (bits() & 63) === 0) return 1 + below(bits(), 10 ** (profile.sizeDecimals - 4));
  return round(usual);
}
