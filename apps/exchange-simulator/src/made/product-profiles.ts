import { below, bitsOf, exponential, normal, unit } from '../random.js';

/** How a made product behaves. Figures are means over the made days unless said otherwise. */
export interface ProductProfile {
  productId: string;
  /** quote currency; made prices stay within a few daily moves of it */
  price: number;
  /** decimals of the quote increment */
  priceDecimals: number;
  /** decimals of a made size */
  sizeDecimals: number;
  /** standard deviation of a day's logarithmic return */
  dailyVolatility: number;
  /** the same of a minute */
  minuteVolatility: number;
  /** orders that meet trades; decides, with the spread, how many minutes have no trade */
  ordersPerMinute: number;
  /** standard deviation of the logarithm of a minute's activity: bursts */
  activitySpread: number;
  /** base currency */
  orderSize: number;
  /** standard deviation of the logarithm of a minute's mean order size */
  volumeSpread: number;
  /** mean reach of high and low beyond open and close, in minute volatilities */
  wick: number;
  /** whole days since the epoch; there is no trade before it */
  listedDay: number;
}

/** 2017-01-01: made products were listed then, so that "before listing" can be asked for. */
export const LISTED_DAY = 17_167;
const WICK = 0.2;

/**
 * Calibrated on recorded minutes of November and December 2023 (median price, deviation of minute and daily returns,
 * share of minutes without a trade, mean and spread of volumes), rounded. XRP, SHIB and BONK are estimates.
 */
const CALIBRATED: readonly (readonly [string, number, number, number, number, number, number, number, number, number])[] = [
  // base, price, price and size decimals, daily and minute volatility, orders a minute, activity spread, order size, volume spread
  ['BTC', 42_500, 2, 8, 0.022, 0.0006, 95, 0.7, 0.0925, 0.91],
  ['ETH', 2_240, 2, 8, 0.026, 0.00072, 75, 0.7, 1.09, 0.91],
  ['SOL', 72.6, 2, 3, 0.058, 0.00168, 15.6, 0.7, 100, 1.04],
  ['XRP', 0.62, 4, 6, 0.035, 0.0011, 13.2, 0.7, 6_800, 1.18],
  ['ADA', 0.587, 4, 2, 0.06, 0.00147, 17.2, 0.9, 2_340, 1.25],
  ['DOGE', 0.0929, 5, 1, 0.032, 0.00119, 11.8, 0.9, 24_900, 1.4],
  ['LINK', 15.1, 3, 2, 0.045, 0.00122, 14.5, 0.9, 130, 1.1],
  ['LTC', 72.2, 2, 8, 0.024, 0.00082, 10.7, 0.7, 11.1, 1.23],
  ['AVAX', 38.7, 2, 3, 0.065, 0.00195, 9.3, 0.9, 177, 1.12],
  ['DOT', 6.93, 3, 3, 0.048, 0.00145, 5.88, 0.9, 209, 1.41],
  ['BCH', 231, 2, 8, 0.037, 0.00111, 4.01, 1.1, 5, 1.64],
  ['UNI', 6.18, 3, 6, 0.053, 0.00155, 2.78, 1.3, 232, 1.5],
  ['ATOM', 10.6, 3, 2, 0.05, 0.0014, 6.34, 1.1, 83.9, 1.51],
  ['AAVE', 99.5, 2, 3, 0.049, 0.00141, 3.12, 1.1, 18.5, 1.14],
  ['ALGO', 0.191, 4, 1, 0.057, 0.00179, 3.16, 1.3, 6_180, 1.83],
  ['XLM', 0.124, 6, 0, 0.025, 0.00081, 8.56, 0.9, 5_720, 1.37],
  ['SHIB', 0.0000103, 8, 0, 0.045, 0.0016, 5.5, 0.9, 44_000_000, 1.33],
  ['BONK', 0.0000135, 8, 0, 0.11, 0.0035, 8.9, 0.9, 100_000_000, 1.44],
  ['ETC', 20, 2, 8, 0.048, 0.00177, 1.22, 1.3, 84.6, 1.85],
  ['FIL', 4.93, 3, 3, 0.052, 0.00161, 4.01, 1.1, 257, 1.6],
  ['HBAR', 0.0755, 5, 1, 0.038, 0.00128, 3.88, 1.1, 16_800, 1.46],
  ['MATIC', 0.84, 4, 1, 0.044, 0.00128, 11, 0.9, 1_770, 1.44],
  ['MKR', 1_390, 2, 6, 0.035, 0.0014, 1.14, 1.3, 1.07, 1.74],
];

const BY_PRODUCT: ReadonlyMap<string, ProductProfile> = new Map(
  CALIBRATED.map(([base, price, priceDecimals, sizeDecimals, dailyVolatility, minuteVolatility, ...rest]) => {
    const [ordersPerMinute, activitySpread, orderSize, volumeSpread] = rest;
    const productId = `${base}-USD`;
    const increments = { price, priceDecimals, sizeDecimals };
    const moves = { dailyVolatility, minuteVolatility, wick: WICK, listedDay: LISTED_DAY };
    return [productId, { productId, ...increments, ...moves, ordersPerMinute, activitySpread, orderSize, volumeSpread }];
  }),
);

/** Products with a calibrated profile, most traded first. */
export const CALIBRATED_PRODUCT_IDS: readonly string[] = [...BY_PRODUCT.keys()];

/**
 * Profile of any product: the calibrated one, or one drawn from the product's name, so that it is the same for every
 * seed. The decimals are those of the product's increments.
 */
export function profileOf(productId: string, decimals: { price: number; size: number }): ProductProfile {
  return BY_PRODUCT.get(productId) ?? drawnProfile(productId, decimals);
}

function drawnProfile(productId: string, decimals: { price: number; size: number }): ProductProfile {
  const bits = bitsOf('profile', productId);
  const price = 10 ** -decimals.price * 10 ** (3 + 2 * unit(bits()));
  const minuteVolatility = 0.0009 + 0.0012 * unit(bits());
  const ordersPerMinute = Math.max(0.3, 4 * exponential(bits()));
  const dollarsPerOrder = 400 * Math.exp(normal(bits()));
  return {
    productId,
    price,
    priceDecimals: decimals.price,
    sizeDecimals: Math.min(decimals.size, 8),
    dailyVolatility: minuteVolatility * 36,
    minuteVolatility,
    ordersPerMinute,
    activitySpread: 1.1,
    orderSize: dollarsPerOrder / price,
    volumeSpread: 1.4,
    wick: WICK,
    listedDay: LISTED_DAY + below(bits(), 1_500),
  };
}
