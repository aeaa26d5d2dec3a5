import { z } from 'zod';
import { day, productId } from '../market/market-queries.js';
import { dayCount } from './days.js';

/** Most days of one answer. */
export const DAYS_MAX = 400;
/** Most rows of product and day in one answer: 400 days of 50 products. */
export const CELLS_MAX = 20_000;
const GRID_DAYS_MAX = 92;

/** `GET /products` and what else takes no field. */
export const noFields = z.strictObject({});

/** `GET /coverage`: the days `[from, to]` of every product's minutes, or of one's. */
export const coverageQuery = z
  .strictObject({ from: day, to: day, product: productId.optional() })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'is before from' })
  .refine(({ from, to }) => dayCount(from, to) <= DAYS_MAX, { path: ['to'], message: `is more than ${DAYS_MAX} days from from` });

/** `GET /gaps`: the minutes of one product's day that have no candle. */
export const gapsQuery = z.strictObject({ product: productId, date: day });

/** `GET /grid`: so many days up to `to`; without it, up to the latest that a run wanted. */
export const gridQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(GRID_DAYS_MAX).default(14), to: day.optional() });
