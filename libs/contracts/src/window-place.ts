import { formatInstant, isDayDataset } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { DATASET_MODELS } from './dataset-models.js';

/** One condition that a row of a window's table meets. */
export interface PlaceCondition {
  /** what the value is of the window; its name as a parameter */
  readonly of: 'product_id' | 'granularity' | 'from_at' | 'to_at';
  readonly column: string;
  readonly operator: '=' | '>=' | '<';
  /** instants and dates as the table's column has them */
  readonly value: string | number;
}

/** Which rows of its table are a window's: all conditions together, in the order of the tables' keys. */
export function placeConditions(window: Window): PlaceCondition[] {
  const { product, granularity, time } = DATASET_MODELS[window.dataset].place;
  const bound = (ms: number): string => formatInstant(ms).slice(0, isDayDataset(window.dataset) ? 'YYYY-MM-DD'.length : undefined);
  const at = (of: 'from_at' | 'to_at', operator: '>=' | '<', ms: number): PlaceCondition => ({
    of,
    column: time,
    operator,
    value: bound(ms),
  });
  const equal = (of: 'product_id' | 'granularity', column: string | null, value: string | number): PlaceCondition[] =>
    column === null ? [] : [{ of, column, operator: '=', value }];
  return [
    ...equal('product_id', product, window.productId),
    ...equal('granularity', granularity, window.granularity),
    at('from_at', '>=', window.fromMs),
    at('to_at', '<', window.toMs),
  ];
}
