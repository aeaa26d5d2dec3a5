import { NotHeldError } from './candle-source.js';
import type { CandleSource } from './candle-source.js';

/** A product of which only trades are held. */
export class NoCandles implements CandleSource {
  readonly trades = null;

  /** @param knownUntilMs up to here its trades are known, milliseconds */
  constructor(
    private readonly productId: string,
    readonly kind: 'archive' | 'capture',
    private readonly knownUntilMs = Number.POSITIVE_INFINITY,
  ) {}

  asOfMs(nowMs: number): number {
    return Math.min(nowMs, this.knownUntilMs);
  }

  range(): Buffer[] {
    throw new NotHeldError(`the ${this.kind} of ${this.productId} holds no candles`);
  }

  newest(): Buffer[] {
    return this.range();
  }
}
