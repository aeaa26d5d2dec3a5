import { decimalSum } from './decimal-sum.js';

/** A candle in the exchange's order, numbers as the text they are served as. */
export interface CandleRow {
  /** bucket start, seconds */
  time: number;
  low: string;
  high: string;
  open: string;
  close: string;
  volume: string;
}

/** Candle widths that the exchange has, seconds. Source: Coinbase Exchange, "Get product candles". */
export const GRANULARITIES = [60, 300, 900, 3_600, 21_600, 86_400] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export function isGranularity(value: number): value is Granularity {
  return (GRANULARITIES as readonly number[]).includes(value);
}

/** Start of the candle that holds an instant, seconds; candles lie on the grid of the epoch. */
export function bucketStart(timeS: number, granularity: Granularity): number {
  return Math.floor(timeS / granularity) * granularity;
}

/** A number as JSON writes it, without a sign: prices and sizes have none. */
export const JSON_NUMBER = /^(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

export function rowText({ time, low, high, open, close, volume }: CandleRow): string {
  return `[${time},${low},${high},${open},${close},${volume}]`;
}

/** Rows of slices that {@link rowText} made, in their order. */
export function rowsOf(slices: readonly Buffer[]): CandleRow[] {
  return slices.flatMap((slice) =>
    slice
      .toString('latin1')
      .slice(1, -1)
      .split('],[')
      .map((text) => {
        const [time, low = '', high = '', open = '', close = '', volume = ''] = text.split(',');
        return { time: Number(time), low, high, open, close, volume };
      }),
  );
}

/**
 * Coarser candles from finer ones, both newest first. A bucket without a finer candle has no row, as on the exchange.
 * Prices keep their text; the volume is the exact sum.
 */
export function aggregate(rows: readonly CandleRow[], granularity: Granularity): CandleRow[] {
  const coarse: CandleRow[] = [];
  for (let end = 0; end < rows.length;) {
    const newest = rows[end];
    if (newest === undefined) break;
    const time = bucketStart(newest.time, granularity);
    const begin = end;
    while (end < rows.length && (rows[end]?.time ?? -1) >= time) end += 1;
    coarse.push(merged(rows.slice(begin, end), newest, time));
  }
  return coarse;
}

function merged(rows: readonly CandleRow[], newest: CandleRow, time: number): CandleRow {
  let { low, high, open } = newest;
  let [lowest, highest] = [Number(low), Number(high)];
  for (const row of rows) {
    if (Number(row.low) < lowest) [low, lowest] = [row.low, Number(row.low)];
    if (Number(row.high) > highest) [high, highest] = [row.high, Number(row.high)];
    open = row.open;
  }
  return { time, low, high, open, close: newest.close, volume: decimalSum(rows.map((row) => row.volume)) };
}
