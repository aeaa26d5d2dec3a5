/** Upper-case base and quote currency, as the exchange names its products: `BTC-USD`, `1INCH-USD`. */
const PRODUCT_ID = /^[A-Z0-9]{1,24}-[A-Z0-9]{1,24}$/;

export function isProductId(text: string): boolean {
  return PRODUCT_ID.test(text);
}

/** The products that are collected unless others are asked for. */
export const DEFAULT_PRODUCT_IDS = [
  ...['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD', 'ADA-USD', 'DOGE-USD', 'LINK-USD', 'LTC-USD', 'AVAX-USD'],
  ...['DOT-USD', 'BCH-USD', 'UNI-USD', 'ATOM-USD', 'AAVE-USD', 'ALGO-USD', 'XLM-USD', 'SHIB-USD', 'BONK-USD'],
] as const;
