import { splitCsvLine } from '@elias/archive';
import { DATASET_MODELS } from '@elias/contracts';
import { parseInstant } from '@elias/market-data';
import type { Window } from '@elias/market-data';

/** Where a candle or trade stands in its window: its start, milliseconds since the epoch, or its id. */
export function rowKey(window: Window, line: string): number {
  const text = rowName(window, line);
  return window.dataset === 'trades' ? Number(text) : parseInstant(text);
}

/** What names a candle or trade in its window, as the line has it. */
export function rowName({ dataset }: Window, line: string): string {
  const at = DATASET_MODELS[dataset].columns.findIndex(({ name }) => name === (dataset === 'trades' ? 'trade_id' : 'started_at'));
  return splitCsvLine(line)?.[at] ?? '';
}
