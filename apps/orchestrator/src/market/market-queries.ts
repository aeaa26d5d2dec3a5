import { GRANULARITIES_SECONDS, isGranularity, isProductId, parseInstant } from '@elias/market-data';
import { z } from 'zod';

/** Most rows of one answer: a day of minutes, 1,440, is one page. */
export const ROWS_MAX = 1_500;

/** A UTC day, `YYYY-MM-DD`. */
export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'is no date like 2023-12-01')
  .refine((text) => isDay(text), 'is no day of the calendar')
  .meta({ format: 'date', examples: ['2023-12-01'] });
export const productId = z
  .string()
  .refine(isProductId, 'is no product like BTC-USD')
  .meta({ pattern: '^[A-Z0-9]{1,24}-[A-Z0-9]{1,24}$', examples: ['BTC-USD'] });
const instant = z
  .string()
  .meta({ format: 'date-time', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$', examples: ['2023-12-01T00:00:00Z'] })
  .transform((text, context) => {
    try {
      return parseInstant(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is no instant like 2023-12-01T00:00:00Z' });
      return z.NEVER;
    }
  });

/** `GET /discounts`: the furthest discounted products of a day; without a date, of the latest there is. */
export const discountsQuery = z.strictObject({
  days: z.enum(['7', '30'], 'is none of 7, 30').transform(Number).default(7),
  date: day.optional(),
});

/** `GET /stats`: every product of one day (the latest), or one product over the days `[from, to]`. */
export const statsQuery = z
  .strictObject({ date: day.optional(), product: productId.optional(), from: day.optional(), to: day.optional() })
  .refine(({ date, from, to }) => date === undefined || (from === undefined && to === undefined), 'date and a range exclude each other')
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, 'from is after to');

/** `GET /candles`: one product and width over `[from, to)`, in time order; `next` of an answer is the `from` of the next page. */
export const candlesQuery = z
  .strictObject({
    product: productId,
    granularity: z
      .string()
      .meta({ enum: GRANULARITIES_SECONDS.map(String) })
      .default('60')
      .transform(Number)
      .refine(isGranularity, `is none of ${GRANULARITIES_SECONDS.join(', ')}`),
    from: instant,
    to: instant,
    limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_MAX),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'is not after from' });

/** `GET /windows`: what the ledger of Postgres says, by name. */
export const windowsQuery = z.strictObject({
  prefix: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_/-]*$/, 'holds other signs than names have')
    .default(''),
  after: z
    .string()
    .max(200)
    .regex(/^[ -~]*$/, 'is no `next` of an answer')
    .default(''),
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
});

/** Whether the calendar of Postgres has it: that begins with the year 1. */
export function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) && text >= '0001';
}
