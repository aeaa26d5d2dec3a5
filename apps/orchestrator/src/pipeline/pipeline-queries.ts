import {
  ALL_PRODUCTS,
  DATASETS,
  DAY_DATASETS,
  GRANULARITIES_SECONDS,
  isDayDataset,
  isGranularity,
  isProductId,
  parseWindowId,
} from '@elias/market-data';
import { z } from 'zod';
import { day, productId } from '../market/market-queries.js';
import { dayCount } from './days.js';

/** Most days of one answer. */
export const DAYS_MAX = 400;
/** Most rows of product and day in one answer: 400 days of 50 products. */
export const CELLS_MAX = 20_000;
const GRID_DAYS_MAX = 92;
/** Most archives of one answer. */
const ARCHIVES_MAX = 1_000;

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

/** `GET /revisions`: every telling of one window. */
export const revisionsQuery = z.strictObject({
  window: z
    .string()
    .max(200)
    .refine((id) => isWindowId(id), 'is no window like candles/60/BTC-USD/2023-12-01')
    .meta({ examples: ['candles/60/BTC-USD/2023-12-01'] }),
});

/** `GET /archives`: what was sealed of one dataset and product, by window; those that hold a day of `[from, to]`. */
export const archivesQuery = z
  .strictObject({
    product: z.string().refine((id) => isProductId(id) || id === ALL_PRODUCTS, 'is no product like BTC-USD'),
    dataset: z.enum(DATASETS).default('candles'),
    granularity: z
      .string()
      .meta({ enum: GRANULARITIES_SECONDS.map(String) })
      .transform(Number)
      .refine(isGranularity, `is none of ${GRANULARITIES_SECONDS.join(', ')}`)
      .optional(),
    from: day.optional(),
    to: day.optional(),
    after: z
      .string()
      .max(250)
      .regex(/^[ -~]*$/, 'is no `next` of an answer')
      .default(''),
    limit: z.coerce.number().int().min(1).max(ARCHIVES_MAX).default(100),
  })
  .refine(({ dataset, granularity }) => dataset === 'candles' || granularity === undefined, {
    path: ['granularity'],
    message: 'is of candles alone',
  })
  .refine(({ dataset, product }) => (isDayDataset(dataset) && DAY_DATASETS[dataset] === 'all') === (product === ALL_PRODUCTS), {
    path: ['product'],
    message: `is ${ALL_PRODUCTS} for datasets of all products, and for them alone`,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, { path: ['to'], message: 'is before from' });
export type ArchivesQuery = z.output<typeof archivesQuery>;

/** `GET /archives/download`: the key of an archive that was sealed. */
export const downloadQuery = z.strictObject({
  key: z
    .string()
    .min(1)
    .max(1_024)
    .regex(/^[ -~]+$/, 'is no key'),
});

function isWindowId(id: string): boolean {
  try {
    parseWindowId(id);
    return true;
  } catch {
    return false;
  }
}
