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
