import { columnNames, DATASET_MODELS } from '@elias/contracts';
import type { Trade } from '@elias/market-data';
import { formatTradeTime } from '@elias/market-data';

/** First line of every window of trades, without its line feed. */
export const TRADES_CSV_HEADER = columnNames(DATASET_MODELS.trades).join(',');

/**
 * Trades as lines of their window's CSV, LF at the end of each. Header and order are the caller's; `CheckTradeRows` sees to it at each hop.
 * @param trades by rising id
 */
export function encodeTradeLines(productId: string, trades: readonly Trade[]): Buffer {
  const lines = trades.map(
    ({ tradeId, tradedAtMs, side, price, size }) => `${productId},${tradeId},${formatTradeTime(tradedAtMs)},${side},${price},${size}\n`,
  );
  return Buffer.from(lines.join(''), 'utf8');
}
