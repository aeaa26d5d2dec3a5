import { layOutTrades } from './lay-out-trades.js';
import type { Trade } from './lay-out-trades.js';
import type { Tape } from './trade-tape.js';

/** The newest trade that had happened at an instant; one less than the first id when there was none. */
export function lastTradeId(tape: Tape, asOfMs: number): number {
  if ('lastTradeId' in tape) return tape.lastTradeId(asOfMs);
  const minute = tape.minuteAtOrBefore(Math.floor(asOfMs / 60_000) * 60);
  if (minute === null) return tape.firstTradeId - 1;
  const done = layOutTrades(minute, tape.seed).filter((trade) => trade.timeMs <= asOfMs);
  return minute.firstTradeId + done.length - 1;
}

/** Trades with ids in `[oldest, newest]`, newest first. */
export function tradesBetween(tape: Tape, oldest: number, newest: number): Trade[] {
  if ('tradesBetween' in tape) return tape.tradesBetween(oldest, newest);
  const trades: Trade[] = [];
  for (let id = newest; id >= oldest;) {
    const minute = tape.minuteOfTrade(id);
    if (minute === null) break;
    const laidOut = layOutTrades(minute, tape.seed).filter((trade) => trade.tradeId >= oldest && trade.tradeId <= newest);
    trades.push(...laidOut.reverse());
    id = minute.firstTradeId - 1;
  }
  return trades;
}
