import { DATASET_MODELS, instantSchema, sha256Schema } from '@elias/contracts';
import type { TableModel } from '@elias/contracts';
import { z } from 'zod';
import { daySchema, decimalSchema, momentSchema } from '../pipeline/coverage-answers.js';
import { PROVENANCE } from './market-reads.js';

const count = z.int().min(0);
const KINDS = {
  text: z.string(),
  integer: z.int(),
  bigint: z.int(),
  boolean: z.boolean(),
  date: daySchema,
  instant: instantSchema,
  decimal: decimalSchema,
};

/** A row of a dataset as its model has it. */
function rowSchema(model: TableModel): z.ZodObject {
  const shown = model.columns.filter(({ name }) => !PROVENANCE.has(name));
  return z.object(
    Object.fromEntries(shown.map(({ name, type, nullable }) => [name, nullable ? KINDS[type.kind].nullable() : KINDS[type.kind]])),
  );
}

export const discountsAnswer = z.object({
  as_of_date: daySchema.nullable().describe('null while there is none'),
  days: z.int(),
  discounts: z.array(rowSchema(DATASET_MODELS.discounts_7d)),
  left_out: z.array(z.object({ product_id: z.string(), reason: z.string() })).describe('products that could not be compared, and why'),
});
export const statsAnswer = z.object({ stats: z.array(rowSchema(DATASET_MODELS.asset_stats_daily)) });
export const candlesAnswer = z.object({
  candles: z.array(rowSchema(DATASET_MODELS.candles)),
  next: instantSchema.nullable().describe('`from` of the following page'),
});
export const windowsAnswer = z.object({
  windows: z.array(
    z.object({
      ...{ window_id: z.string(), state: z.enum(['loaded', 'revoked']), row_count: count },
      ...{ unknown_periods: count, open_periods: count, no_trade_periods: count },
      unknown_ranges: z.string().describe('`first+count` in periods of the window, separated by blanks'),
      open_ranges: z.string(),
      csv_sha256: z.union([sha256Schema, z.literal('')]),
      ...{ archive_key: z.string(), collection_id: z.string(), collected_at: instantSchema, loaded_at: momentSchema },
    }),
  ),
  next: z.string().nullable().describe('`after` of the following page'),
});
