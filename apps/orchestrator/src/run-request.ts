import { originSchema } from '@elias/contracts';
import {
  candleWindowsOver,
  DEFAULT_PRODUCT_IDS,
  GRANULARITIES_SECONDS,
  isGranularity,
  isProductId,
  parseInstant,
} from '@elias/market-data';
import type { GranularitySeconds, Window } from '@elias/market-data';
import { z } from 'zod';
import { DAILY_KEY_PREFIX } from './due-daily-runs.js';
import { RunRefusedError } from './run-errors.js';

/** Most windows of one run: three years of minutes for 180 products. A longer backfill is several runs. */
const WINDOWS_MAX = 200_000;

/** Body of `POST /runs`. `from` and `to` are a half-open range of instants; it is rounded outward to whole windows. */
export const runRequestSchema = z.strictObject({
  dataset: z.literal('candles').default('candles'),
  granularity: z.int().default(60).describe('candle width, seconds'),
  products: z
    .array(z.string())
    .min(1)
    .max(1_000)
    .default([...DEFAULT_PRODUCT_IDS]),
  from: z.string().describe('first instant, e.g. 2023-12-01T00:00:00Z'),
  to: z.string().describe('first instant after the range'),
  origin: originSchema.exclude(['replay']).default('backfill'),
  idempotency_key: z
    .string()
    .min(1)
    .max(200)
    .refine((key) => !key.startsWith(DAILY_KEY_PREFIX), `keys that begin with ${DAILY_KEY_PREFIX} are the schedule's own`)
    .optional(),
});

/** What to collect, checked. */
export interface RunPlan {
  readonly granularity: GranularitySeconds;
  readonly productIds: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly origin: 'scheduled' | 'backfill';
  readonly idempotencyKey: string | null;
  readonly windows: readonly Window[];
}

/**
 * @param body as it came
 * @param nowMs our clock, milliseconds since the epoch
 * @throws RunRefusedError with every reason
 */
export function planRun(body: unknown, nowMs: number): RunPlan {
  const parsed = runRequestSchema.safeParse(body);
  if (!parsed.success) {
    throw new RunRefusedError(parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', reason: message })));
  }
  const { granularity, products, from, to, origin, idempotency_key } = parsed.data;
  const reasons: { field: string; reason: string }[] = [];
  if (!isGranularity(granularity)) {
    reasons.push({ field: 'granularity', reason: `${granularity} is none of ${GRANULARITIES_SECONDS.join(', ')}, which the exchange has` });
  }
  const productIds = [...new Set(products)];
  for (const id of productIds)
    if (!isProductId(id)) reasons.push({ field: 'products', reason: `"${id}" is not a product id like BTC-USD` });
  const [fromMs, toMs] = (['from', 'to'] as const).map((field) => instantOf(field, { from, to }[field], reasons));
  if (fromMs !== undefined && toMs !== undefined) {
    if (fromMs >= toMs) reasons.push({ field: 'to', reason: 'is not after from' });
    else if (fromMs >= nowMs) reasons.push({ field: 'from', reason: 'is in the future' });
    else if (reasons.length === 0) {
      const windows = productIds.flatMap((id) => candleWindowsOver(id, granularity as GranularitySeconds, fromMs, toMs));
      if (windows.length <= WINDOWS_MAX) {
        return {
          granularity: granularity as GranularitySeconds,
          productIds,
          fromMs,
          toMs,
          origin,
          idempotencyKey: idempotency_key ?? null,
          windows,
        };
      }
      reasons.push({ field: 'to', reason: `${windows.length} windows are more than ${WINDOWS_MAX}, split the range` });
    }
  }
  throw new RunRefusedError(reasons);
}

function instantOf(field: string, text: string, reasons: { field: string; reason: string }[]): number | undefined {
  try {
    return parseInstant(text);
  } catch (error) {
    reasons.push({ field, reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
