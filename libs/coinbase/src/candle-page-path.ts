import type { CandlePage, GranularitySeconds } from '@elias/market-data';
import { formatInstant } from '@elias/market-data';

/**
 * Path of one candle page. Both ends are given: with one alone the exchange ignores both.
 * @param laterSeconds moves the end by less than one candle: the same candles by another name, which no cache has an answer for yet
 */
export function candlePagePath(productId: string, granularity: GranularitySeconds, page: CandlePage, laterSeconds = 0): string {
  const start = formatInstant(page.startMs);
  const end = formatInstant(page.endMs + laterSeconds * 1_000);
  return `/products/${encodeURIComponent(productId)}/candles?granularity=${granularity}&start=${start}&end=${end}`;
}
