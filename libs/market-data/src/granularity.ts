/** Candle widths in seconds. Source: Coinbase Exchange, "Get product candles", `granularity`. */
export const GRANULARITIES_SECONDS = [60, 300, 900, 3_600, 21_600, 86_400] as const;
export type GranularitySeconds = (typeof GRANULARITIES_SECONDS)[number];

export function isGranularity(seconds: number): seconds is GranularitySeconds {
  return (GRANULARITIES_SECONDS as readonly number[]).includes(seconds);
}

/**
 * Start of the candle that holds an event, on the UTC epoch grid.
 * @param eventTimeMs exchange time, milliseconds since the epoch
 * @returns milliseconds since the epoch, at most `eventTimeMs`
 * @throws RangeError when `eventTimeMs` is not a whole number
 */
export function candleStartMs(eventTimeMs: number, granularity: GranularitySeconds): number {
  if (!Number.isSafeInteger(eventTimeMs)) throw new RangeError(`event time is not a whole number: ${eventTimeMs}`);
  const widthMs = granularity * 1_000;
  return Math.floor(eventTimeMs / widthMs) * widthMs;
}
