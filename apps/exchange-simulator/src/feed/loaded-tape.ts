import { below, bitsAt, fieldOf } from '../random.js';
import type { Trade } from '../trades/lay-out-trades.js';
import { lastTradeId, tradesBetween } from '../trades/trade-pages.js';
import type { SteadyTape, Tape } from '../trades/trade-tape.js';

/** Increments that a loaded price strays from where the load began, and sizes at most. */
const PRICE_STRAY = 10;
const SIZE_MAX = 100_000;

/**
 * A product that trades at a steady rate from an instant on; before it the tape that it had. Ids go on without a hole,
 * trade `k` of the load happens `k / perSecond` seconds after it began. A load upon a load begins where that one is.
 */
export class LoadedTape implements SteadyTape {
  readonly seed: string;
  readonly firstTradeId: number;
  readonly decimals: { price: number; size: number };
  private readonly lastBefore: number;
  private readonly priceBefore: number;
  private readonly field: number;

  /** @param perSecond 0: nobody trades any more */
  constructor(
    private readonly before: Tape,
    private readonly fromMs: number,
    readonly perSecond: number,
  ) {
    this.seed = before.seed;
    this.firstTradeId = before.firstTradeId;
    this.decimals = before.decimals;
    this.lastBefore = lastTradeId(before, fromMs);
    this.priceBefore = tradesBetween(before, this.lastBefore, this.lastBefore)[0]?.price ?? PRICE_STRAY + 1;
    this.field = fieldOf(before.seed, 'load');
  }

  lastTradeId(asOfMs: number): number {
    if (asOfMs < this.fromMs) return lastTradeId(this.before, asOfMs);
    return this.lastBefore + Math.floor(((asOfMs - this.fromMs) * this.perSecond) / 1_000);
  }

  tradesBetween(oldest: number, newest: number): Trade[] {
    const trades: Trade[] = [];
    for (let id = newest; id >= Math.max(oldest, this.lastBefore + 1); id -= 1) trades.push(this.trade(id));
    if (oldest <= this.lastBefore) trades.push(...tradesBetween(this.before, oldest, Math.min(newest, this.lastBefore)));
    return trades;
  }

  private trade(tradeId: number): Trade {
    const bits = bitsAt(this.field, 0, tradeId);
    return {
      tradeId,
      timeMs: this.fromMs + Math.ceil(((tradeId - this.lastBefore) * 1_000) / this.perSecond),
      price: Math.max(1, this.priceBefore + below(bits, 2 * PRICE_STRAY + 1) - PRICE_STRAY),
      size: 1 + below(bitsAt(this.field, 1, tradeId), SIZE_MAX),
      side: (bits & 1) === 0 ? 'buy' : 'sell',
    };
  }
}
