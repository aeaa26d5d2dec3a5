import { scaledOf } from '../candles/decimal-sum.js';
import type { Trade } from '../trades/lay-out-trades.js';
import type { SteadyTape } from '../trades/trade-tape.js';
import type { CapturedProduct } from './capture-player.js';
import type { CapturedMessage } from './read-capture.js';

/** Places that prices and sizes of any product fit in. */
const PLACES = 8;

/** REST's trades of a captured product: those that the feed has passed, at the time of the recording. */
export class CapturedTrades implements SteadyTape {
  readonly decimals = { price: PLACES, size: PLACES };
  readonly seed: string;

  constructor(
    productId: string,
    private readonly product: CapturedProduct,
  ) {
    this.seed = `captured ${productId}`;
  }

  get firstTradeId(): number {
    return this.product.told[0]?.trade_id ?? 1;
  }

  lastTradeId(): number {
    return this.product.told.at(-1)?.trade_id ?? 0;
  }

  tradesBetween(oldest: number, newest: number): Trade[] {
    return this.product.told
      .filter((message) => message.trade_id >= oldest && message.trade_id <= newest)
      .map(tradeOf)
      .reverse();
  }
}

function tradeOf({ trade_id: tradeId, time, price, size = '0', side }: CapturedMessage): Trade {
  return { tradeId, timeMs: Date.parse(`${time.slice(0, 23)}Z`), price: increments(price), size: increments(size), side };
}

function increments(text: string): number {
  const { units, scale } = scaledOf(text);
  return Number(scale <= PLACES ? units * 10n ** BigInt(PLACES - scale) : units / 10n ** BigInt(scale - PLACES));
}
