import type { CopyOptions } from '../sql/read-copy.js';
import { readStatement } from '../sql/read-statement.js';
import type { LoadColumn } from './load-column.js';

/** Columns of `market.candles`, for tests. */
export const CANDLE_COLUMNS: readonly LoadColumn[] = [
  { name: 'product_id', kind: 'varchar', length: 64, nullable: false },
  { name: 'granularity', kind: 'integer', nullable: false },
  { name: 'started_at', kind: 'timestamp', nullable: false },
  ...['open', 'high', 'low', 'close'].map((name) => ({ name, kind: 'decimal' as const, precision: 24, scale: 10, nullable: false })),
  { name: 'volume', kind: 'decimal', precision: 30, scale: 10, nullable: false },
];

/** Options as COPY reads them from their text, for tests. */
export function copyOptions(text: string): CopyOptions {
  const statement = readStatement(`COPY t FROM 's3://bucket/key' IAM_ROLE default ${text}`);
  if (statement.kind !== 'copy') throw new TypeError('not a COPY');
  return statement.copy.options;
}
