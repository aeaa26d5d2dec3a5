import type { Candle } from '../candle.js';
import { canonicalDecimal } from '../canonical-decimal.js';
import type { CoveredCandles } from './covered-candles.js';
import { periodStates } from './covered-candles.js';
import { parseCanonical } from './parse-decimal.js';

/** Candles in time order, column by column, each number parsed once. */
export interface CandleColumns {
  /** state of each period of the span, see `periodStates` */
  readonly states: Uint8Array;
  /** the candles in time order, their values canonical */
  readonly candles: readonly Candle[];
  /** position of each candle's period in the span */
  readonly period: Int32Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/**
 * @throws RangeError when the candles do not fit the span (`periodStates`), or a value is no decimal that is zero or more
 */
export function candleColumns(covered: CoveredCandles): CandleColumns {
  const { fromMs, granularity } = covered;
  const states = periodStates(covered);
  const candles = inTimeOrder(covered.candles);
  const [period, numbers] = [new Int32Array(candles.length), newNumbers(candles.length)];
  for (let i = 0; i < candles.length; i += 1) {
    if (!parseRow(candles[i]!, numbers, i)) {
      candles[i] = canonicalCandle(candles[i]!);
      if (!parseRow(candles[i]!, numbers, i)) throw new RangeError(`a value below zero in the candle at ${candles[i]!.startedAtMs}`);
    }
    period[i] = (candles[i]!.startedAtMs - fromMs) / (granularity * 1_000);
  }
  return { states, candles, period, ...numbers };
}

type Numbers = Pick<CandleColumns, 'open' | 'high' | 'low' | 'close' | 'volume'>;

function newNumbers(count: number): Numbers {
  const column = (): Float64Array => new Float64Array(count);
  return { open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/** False when a value is not canonical. */
function parseRow(candle: Candle, { open, high, low, close, volume }: Numbers, i: number): boolean {
  open[i] = parseCanonical(candle.open);
  high[i] = parseCanonical(candle.high);
  low[i] = parseCanonical(candle.low);
  close[i] = parseCanonical(candle.close);
  volume[i] = parseCanonical(candle.volume);
  return !Number.isNaN(open[i]! + high[i]! + low[i]! + close[i]! + volume[i]!);
}

function canonicalCandle({ startedAtMs, open, high, low, close, volume }: Candle): Candle {
  const values = { open, high, low, close, volume };
  const canonical = Object.entries(values).map(([name, text]) => [name, canonicalDecimal(text)]);
  return { startedAtMs, ...(Object.fromEntries(canonical) as typeof values) };
}

/** A copy in time order, sorted only where it is not: stores give rows by key. */
function inTimeOrder(candles: readonly Candle[]): Candle[] {
  const copy = [...candles];
  for (let i = 1; i < copy.length; i += 1) {
    if (copy[i]!.startedAtMs < copy[i - 1]!.startedAtMs) return copy.sort((a, b) => a.startedAtMs - b.startedAtMs);
  }
  return copy;
}
