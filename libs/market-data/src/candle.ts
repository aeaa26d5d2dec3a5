/** One OHLCV bucket. Prices and volume are canonical decimals (`canonicalDecimal`), never floats. */
export interface Candle {
  /** start of the bucket, milliseconds since the epoch */
  readonly startedAtMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** in base currency */
  readonly volume: string;
}
