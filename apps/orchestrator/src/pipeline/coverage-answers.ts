import { instantSchema } from '@elias/contracts';
import { z } from 'zod';

const count = z.int().min(0);
export const daySchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe('UTC day');
export const decimalSchema = z
  .string()
  .regex(/^-?\d+(?:\.\d+)?$/)
  .describe('decimal, exact');
/** An instant with parts of a second. */
export const momentSchema = z.iso.datetime().describe('RFC 3339, UTC');
const range = z.object({ from: instantSchema, to: instantSchema });

export const productsAnswer = z.object({
  products: z.array(
    z.object({
      product_id: z.string(),
      first_day: daySchema.nullable().describe('of its minutes; null when it has coarser candles alone'),
      last_day: daySchema.nullable(),
      day_windows: count.describe('days of 1-minute candles'),
      last_close: decimalSchema.nullable().describe('of its latest stats, as the two that follow'),
      last_volume_24h: decimalSchema.nullable(),
      change_24h: decimalSchema.nullable().describe('a fraction'),
      last_loaded_at: momentSchema.nullable(),
      status: z.string().nullable().describe('as the exchange told last, as the currencies; null while it did not'),
      base_currency: z.string().nullable(),
      quote_currency: z.string().nullable(),
    }),
  ),
});
export type Products = z.output<typeof productsAnswer>;

export const coverageAnswer = z.object({
  coverage: z.array(
    z.object({
      product_id: z.string(),
      date: daySchema,
      condition: z
        .enum(['available', 'partial', 'missing'])
        .describe('partial: minutes are unknown or were open; missing: no window is loaded'),
      candles: count,
      no_trade: count,
      unknown: count,
      open: count,
      unknown_ranges: z.array(range),
      open_ranges: z.array(range),
      halt_suspected: z.boolean(),
      changed_at: momentSchema.nullable(),
    }),
  ),
});
export type CoverageDay = z.output<typeof coverageAnswer>['coverage'][number];

export const gapsAnswer = z.object({
  gaps: z.array(z.object({ class: z.enum(['no_trade', 'unknown', 'open']), from: instantSchema, to: instantSchema })),
});
export type Gap = z.output<typeof gapsAnswer>['gaps'][number];
