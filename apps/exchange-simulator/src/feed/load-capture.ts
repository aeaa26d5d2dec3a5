import type { CandleSource } from '../candles/candle-source.js';
import { NoCandles } from '../candles/no-candles.js';
import type { SteadyTape } from '../trades/trade-tape.js';
import { CapturePlayer } from './capture-player.js';
import type { CaptureSpeed } from './capture-player.js';
import { CapturedTrades } from './captured-market.js';
import { readCapture } from './read-capture.js';

/** A capture with all that the rest of the exchange says of its products. */
export interface LoadedCapture {
  player: CapturePlayer;
  /** for products that have no other source */
  candles: ReadonlyMap<string, CandleSource>;
  trades: ReadonlyMap<string, SteadyTape>;
}

/** @throws RecordingError when the capture cannot be told */
export function captureOf(path: string, speed: CaptureSpeed): LoadedCapture {
  const player = new CapturePlayer(readCapture(path), speed);
  const candles = new Map<string, CandleSource>();
  const trades = new Map<string, SteadyTape>();
  for (const productId of player.productIds()) {
    const product = player.product(productId);
    if (product === null) continue;
    candles.set(productId, new NoCandles(productId, 'capture'));
    trades.set(productId, new CapturedTrades(productId, product));
  }
  return { player, candles, trades };
}
