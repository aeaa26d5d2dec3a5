import type { Granularity } from './candle-row.js';
import type { TradeTape } from '../trades/trade-tape.js';

export interface CandleRange {
  granularity: Granularity;
  /** bucket starts from here on, seconds */
  fromS: number;
  /** and up to here, included */
  toS: number;
  /** what was known at this instant, milliseconds: the bucket open then is there with what it had, later ones are not */
  asOfMs: number;
}

/** Where one product's market data comes from. Slices are rows as text, newest first. */
export interface CandleSource {
  readonly kind: 'recording' | 'archive' | 'made' | 'capture';
  /** the instant up to which the source knows the candles of a granularity, milliseconds; at most `nowMs` */
  asOfMs(nowMs: number, granularity?: Granularity): number;
  /** @throws NotHeldError when the range begins where the source holds nothing */
  range(range: CandleRange): Buffer[] | Promise<Buffer[]>;
  /** The newest rows, at most `count`. @throws NotHeldError when it holds fewer and cannot tell whether there were more */
  newest(newest: { granularity: Granularity; count: number; asOfMs: number }): Buffer[] | Promise<Buffer[]>;
  /** trades that fit the candles; null when the source has none */
  readonly trades: TradeTape | null;
}

/** The range lies outside of what the source holds; it is refused, never filled with made data. */
export class NotHeldError extends Error {
  override readonly name = 'NotHeldError';
}
