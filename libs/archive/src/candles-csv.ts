import { columnNames, DATASET_MODELS } from '@elias/contracts';
import type { Candle, CandleWindow } from '@elias/market-data';
import { formatInstant, parseInstant } from '@elias/market-data';

/** First line of every candle window, without its line feed. */
export const CANDLES_CSV_HEADER = columnNames(DATASET_MODELS.candles).join(',');

/**
 * A window's rows as CSV: header line, then one line per candle, LF at the end of each, UTF-8. Values are written as they come:
 * canonical decimals are the collector's duty, and `checkWindowCsv` sees to it at each hop.
 * @throws RangeError when candles are not strictly rising, off the window's grid or outside the window
 */
export function encodeCandlesCsv(window: CandleWindow, candles: readonly Candle[]): Buffer {
  const { productId, granularity, fromMs, toMs } = window;
  const widthMs = granularity * 1_000;
  const lines = [CANDLES_CSV_HEADER];
  let lastMs = fromMs - 1;
  for (const { startedAtMs, open, high, low, close, volume } of candles) {
    if (startedAtMs <= lastMs || startedAtMs >= toMs || (startedAtMs - fromMs) % widthMs !== 0) {
      throw new RangeError(`candle at ${startedAtMs} ms is out of order, off the grid or outside the window of ${productId}`);
    }
    lines.push(`${productId},${granularity},${formatInstant(startedAtMs)},${open},${high},${low},${close},${volume}`);
    lastMs = startedAtMs;
  }
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
}

/**
 * The candles of a CSV that `checkWindowCsv` has accepted.
 * @throws RangeError when a line has not the columns of a candle; everything else is not looked at again
 */
export function decodeCandlesCsv(csv: Uint8Array): Candle[] {
  const text = Buffer.from(csv.buffer, csv.byteOffset, csv.byteLength).toString('utf8');
  const [header, ...lines] = text.split('\n');
  if (header !== CANDLES_CSV_HEADER || lines.pop() !== '') throw new RangeError('not the CSV of a candle window');
  return lines.map((line, index) => {
    const [, , startedAt, open, high, low, close, volume, ...rest] = line.split(',');
    if (startedAt === undefined || open === undefined || high === undefined || low === undefined) throw wrongColumns(index);
    if (close === undefined || volume === undefined || rest.length > 0) throw wrongColumns(index);
    return { startedAtMs: parseInstant(startedAt), open, high, low, close, volume };
  });
}

function wrongColumns(index: number): RangeError {
  return new RangeError(`line ${index + 2} has not the columns of a candle`);
}
