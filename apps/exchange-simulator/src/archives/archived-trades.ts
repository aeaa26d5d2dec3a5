import type { Trade } from '../trades/lay-out-trades.js';
import type { SteadyTape } from '../trades/trade-tape.js';
import type { TradeRows, TradesWindow } from './read-trades-window.js';

const SETTLE_MS = 60_000;

/**
 * The newest unbroken chain of ids of a product's archived trades: what lies before a hole is as if it had never been, since ids without a
 * hole are what a client may rely on. 33 bytes a trade are in memory.
 */
export class ArchivedTrades implements SteadyTape {
  readonly decimals: { price: number; size: number };
  readonly seed: string;
  readonly firstTradeId: number;
  readonly tellsAll = true;
  /** up to here the archives know what was traded, milliseconds */
  readonly knownUntilMs: number;
  private readonly count: number;

  /**
   * @param blocks by rising id, each going on where the one before ends
   * @param last the newest window, of which the last block may be a part
   */
  constructor(
    productId: string,
    private readonly blocks: readonly TradeRows[],
    last: TradesWindow,
  ) {
    this.seed = `archived ${productId}`;
    this.decimals = {
      price: Math.max(0, ...blocks.map(({ price }) => price.scale)),
      size: Math.max(0, ...blocks.map(({ size }) => size.scale)),
    };
    this.firstTradeId = blocks[0]?.firstId ?? 1;
    this.count = blocks.reduce((sum, { timesMs }) => sum + timesMs.length, 0);
    const endMs = last.toMs + SETTLE_MS;
    this.knownUntilMs = last.isOpen ? Math.min(last.collectedAtMs, endMs) : endMs;
  }

  lastTradeId(asOfMs: number): number {
    const rows = this.blocks.findLast(({ timesMs }) => timesMs[0]! <= asOfMs);
    if (rows === undefined) return this.firstTradeId - 1;
    let [low, high] = [1, rows.timesMs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rows.timesMs[middle]! <= asOfMs) low = middle + 1;
      else high = middle;
    }
    return rows.firstId + low - 1;
  }

  tradesBetween(oldest: number, newest: number): Trade[] {
    const from = Math.max(oldest, this.firstTradeId);
    const trades: Trade[] = [];
    for (let id = Math.min(newest, this.firstTradeId + this.count - 1); id >= from; id -= 1) trades.push(this.at(id));
    return trades;
  }

  private at(tradeId: number): Trade {
    const rows = this.blocks.findLast(({ firstId }) => firstId <= tradeId)!;
    const index = tradeId - rows.firstId;
    return {
      tradeId,
      timeMs: rows.timesMs[index]!,
      price: rows.price.units[index]! * 10 ** (this.decimals.price - rows.price.scale),
      size: rows.size.units[index]! * 10 ** (this.decimals.size - rows.size.scale),
      side: rows.makerBuys[index] === 1 ? 'buy' : 'sell',
    };
  }
}
