import { z } from 'zod';

const FIVE_MINUTES_MS = 300_000;

/** How often the warehouse is loaded: what warehouse-loader does, and what a plan reckons with. */
export const warehousePaceSettings = {
  WAREHOUSE_LOAD_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(FIVE_MINUTES_MS)
    .describe('milliseconds from the first archive to the load that takes it; Redshift bills a minute at least each time it wakes'),
  WAREHOUSE_LOAD_WINDOWS_MAX: z.coerce.number().int().positive().default(2_000).describe('windows in one load'),
};
