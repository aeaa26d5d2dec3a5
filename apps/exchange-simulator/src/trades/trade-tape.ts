import type { Trade } from './lay-out-trades.js';

/** A minute in whole increments, with the ids of its trades: what trades are laid out from. */
export interface TradedMinute {
  /** bucket start, seconds */
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  firstTradeId: number;
  /** at least 1 */
  trades: number;
}

/** Trades of one product, found by id: ids have no hole and rise with time. */
export interface TradeTape {
  /** decimals of the increments that prices and volumes are counted in */
  readonly decimals: { price: number; size: number };
  /** decides how a minute's trades are laid out */
  readonly seed: string;
  readonly firstTradeId: number;
  /** the minute that holds a trade; null for an id outside of the tape */
  minuteOfTrade(tradeId: number): TradedMinute | null;
  /** the newest minute with trades that begins at or before an instant */
  minuteAtOrBefore(timeS: number): TradedMinute | null;
}

/** Trades of one product that are known one by one, without minutes that they are laid out from. */
export interface SteadyTape {
  readonly decimals: { price: number; size: number };
  readonly seed: string;
  readonly firstTradeId: number;
  /** up to here it is known what was traded, milliseconds; without it for as long as the candles are */
  readonly knownUntilMs?: number;
  /** a jump of the clock passes over none of them: they are at hand */
  readonly tellsAll?: boolean;
  /** the newest trade that had happened at an instant; one less than the first id when there was none */
  lastTradeId(asOfMs: number): number;
  /** trades with ids in `[oldest, newest]` that have happened, newest first */
  tradesBetween(oldest: number, newest: number): Trade[];
}

export type Tape = TradeTape | SteadyTape;
