import type { DayWindow, LeftOut } from '@elias/market-data';

/** Rows of one window, and the products that are not in it for want of data. */
export interface DayTable {
  readonly rows: readonly object[];
  readonly leftOut: readonly LeftOut[];
}

/** Every table of one day. */
export interface DayTables {
  /** null where the day cannot be computed yet: its minutes or its daily candle are not loaded */
  of(window: DayWindow): DayTable | null;
}
