import { originSchema } from '@elias/contracts';
import {
  candleWindowsOver,
  DAY_MS,
  DEFAULT_PRODUCT_IDS,
  GRANULARITIES_SECONDS,
  isGranularity,
  isProductId,
  isTradeSpan,
  parseInstant,
  SETTLE_DELAY_MS,
  TRADE_SPANS_SECONDS,
  tradeWindowsOver,
  windowId,
  windowSpan,
} from '@elias/market-data';
import type { GranularitySeconds, Window } from '@elias/market-data';
import { z } from 'zod';
import { isDay } from '../market/market-queries.js';
import { dailyWindowIds, snapshotWindowIds, tradeWindowIds } from '../schedule/daily-windows.js';
import type { TradedProducts } from '../schedule/daily-windows.js';
import { DAILY_KEY_PREFIX, dayEndMs, DAYS_AFTER, daysLater, dayStartMs, lastDueDay } from '../schedule/due-daily-runs.js';
import { RunRefusedError } from './run-errors.js';
import type { RunKind } from './run-store.js';

/** Most windows of one run: three years of minutes for 180 products. A longer backfill is several runs. */
const WINDOWS_MAX = 200_000;

const NONE_TRADED: TradedProducts = { hourly: [], daily: [] };

const productIdsSchema = z
  .array(z.string())
  .min(1)
  .max(1_000)
  .default([...DEFAULT_PRODUCT_IDS]);
const keySchema = z
  .string()
  .min(1)
  .max(200)
  .refine((key) => !key.startsWith(DAILY_KEY_PREFIX), `keys that begin with ${DAILY_KEY_PREFIX} are the schedule's own`)
  .refine((key) => !key.includes('\0'), 'holds a sign that no text has')
  .optional();

/** Body of `POST /runs` for a day that is collected, computed and checked as the schedule does it. */
export const dailyRequestSchema = z.strictObject({
  kind: z.literal('daily'),
  date: z.iso.date().refine(isDay, 'is no day of the calendar').describe('UTC day that is over, e.g. 2023-12-01'),
  products: productIdsSchema,
  idempotency_key: keySchema,
});

/** Body of `POST /runs` for candles alone, or for trades alone. `from` and `to` are a half-open range of instants; it is rounded outward to whole windows. */
export const rangeRequestSchema = z.strictObject({
  kind: z.literal('range').default('range'),
  dataset: z.enum(['candles', 'trades']).default('candles'),
  granularity: z.int().default(60).describe('candle width, seconds; of trades that of a window: 3600 or 86400'),
  products: productIdsSchema,
  from: z.string().describe('first instant, e.g. 2023-12-01T00:00:00Z'),
  to: z.string().describe('first instant after the range'),
  origin: originSchema.exclude(['replay']).default('backfill'),
  skip_whole: z.boolean().default(false).describe('true: windows that the ledger of Postgres has whole are not asked for'),
  idempotency_key: keySchema,
});

/** What to collect, checked. */
export interface RunPlan {
  readonly kind: RunKind;
  /** of a daily run, `2023-12-01` */
  readonly date: string | null;
  /** of a range; a daily run has several, and counts as candles */
  readonly dataset: 'candles' | 'trades';
  readonly granularity: GranularitySeconds;
  readonly productIds: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly origin: 'scheduled' | 'backfill';
  readonly idempotencyKey: string | null;
  /** windows that the ledger has whole are left out when it starts */
  readonly skipWhole: boolean;
  readonly windowIds: readonly string[];
}

type Reasons = { field: string; reason: string }[];

/**
 * @param body as it came
 * @param nowMs our clock, milliseconds since the epoch
 * @param snapshotLateMsMax how long after a day's end what the exchange tells of its present alone is asked for, milliseconds
 * @param traded products whose trades a day has too, of those that it is for
 * @throws RunRefusedError with every reason
 */
export function planRun(body: unknown, nowMs: number, snapshotLateMsMax: number, traded: TradedProducts = NONE_TRADED): RunPlan {
  const isDaily = typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'daily';
  if (!isDaily) return planRange(read(rangeRequestSchema, body), nowMs);
  return planDay(read(dailyRequestSchema, body), nowMs, snapshotLateMsMax, traded);
}

function planDay(
  { date, products, idempotency_key }: z.output<typeof dailyRequestSchema>,
  nowMs: number,
  snapshotLateMsMax: number,
  { hourly, daily }: TradedProducts,
): RunPlan {
  const run = { date, daysAfter: 0 } as const;
  const reasons: Reasons = [];
  const productIds = checkedProducts(products, reasons);
  const [fromMs, toMs] = [dayStartMs(date), dayEndMs(date)];
  if (toMs > nowMs) reasons.push({ field: 'date', reason: 'is a day that is not over' });
  if (reasons.length > 0) throw new RunRefusedError(reasons);
  return {
    ...{ kind: 'daily', date, dataset: 'candles', granularity: 60, productIds, fromMs, toMs, idempotencyKey: idempotency_key ?? null },
    skipWhole: false,
    // a day long past waits its turn as any backfill does
    origin: date >= daysLater(lastDueDay(nowMs), -Math.max(...DAYS_AFTER)) ? 'scheduled' : 'backfill',
    windowIds: [
      ...dailyWindowIds(run, productIds),
      ...snapshotWindowIds(run, nowMs, snapshotLateMsMax),
      // a day of trades that has not settled is left to the schedule's own run
      ...(toMs + SETTLE_DELAY_MS > nowMs
        ? []
        : tradeWindowIds(run, {
            hourly: productIds.filter((id) => hourly.includes(id)),
            daily: productIds.filter((id) => daily.includes(id)),
          })),
    ],
  };
}

function planRange(request: z.output<typeof rangeRequestSchema>, nowMs: number): RunPlan {
  const { dataset, granularity, products, from, to, origin, skip_whole: skipWhole, idempotency_key } = request;
  const reasons: Reasons = [];
  if (!isGranularity(granularity)) {
    reasons.push({ field: 'granularity', reason: `${granularity} is none of ${GRANULARITIES_SECONDS.join(', ')}, which the exchange has` });
  } else if (dataset === 'trades' && !isTradeSpan(granularity)) {
    reasons.push({
      field: 'granularity',
      reason: `${granularity} is none of ${TRADE_SPANS_SECONDS.join(', ')}, the widths of windows of trades`,
    });
  }
  const productIds = checkedProducts(products, reasons);
  const [fromMs, toMs] = (['from', 'to'] as const).map((field) => instantOf(field, { from, to }[field], reasons));
  if (fromMs !== undefined && toMs !== undefined) {
    if (fromMs >= toMs) reasons.push({ field: 'to', reason: 'is not after from' });
    else if (fromMs >= nowMs) reasons.push({ field: 'from', reason: 'is in the future' });
    else if (reasons.length === 0 && isGranularity(granularity)) {
      // looked at before they are made: a range of thousands of years is more than memory holds
      const spanMs = toMs - fromMs;
      const atLeast =
        dataset === 'trades'
          ? productIds.length * Math.floor(spanMs / (granularity * 1_000))
          : windowsAtLeast(productIds.length, granularity, spanMs);
      if (atLeast > WINDOWS_MAX) throw refusedAsTooMany(atLeast);
      const windows = productIds.flatMap((id): Window[] =>
        dataset === 'trades' && isTradeSpan(granularity)
          ? tradeWindowsOver(id, granularity, fromMs, toMs)
          : candleWindowsOver(id, granularity, fromMs, toMs),
      );
      if (dataset === 'trades' && windows.some((window) => window.toMs + SETTLE_DELAY_MS > nowMs)) throw refusedAsOpen();
      const windowIds = windows.map(windowId);
      if (windowIds.length <= WINDOWS_MAX) {
        return {
          ...{ kind: 'range', date: null, dataset, granularity, productIds, fromMs, toMs, origin },
          ...{ idempotencyKey: idempotency_key ?? null, skipWhole, windowIds },
        };
      }
      throw refusedAsTooMany(windowIds.length);
    }
  }
  throw new RunRefusedError(reasons);
}

/** No more than there are, as a month and a year count with their most days. */
function windowsAtLeast(products: number, granularity: GranularitySeconds, spanMs: number): number {
  const daysMax = { day: 1, month: 31, year: 366 }[windowSpan(granularity)];
  return products * Math.floor(spanMs / (daysMax * DAY_MS));
}

/** Candles that are open are told as open; trades are collected when their window is over. */
function refusedAsOpen(): RunRefusedError {
  return new RunRefusedError([{ field: 'to', reason: 'is in a window of trades that is not over' }]);
}

function refusedAsTooMany(windows: number): RunRefusedError {
  return new RunRefusedError([{ field: 'to', reason: `${windows} windows are more than ${WINDOWS_MAX}, split the range` }]);
}

function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new RunRefusedError(parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', reason: message })));
}

function checkedProducts(products: readonly string[], reasons: Reasons): string[] {
  const productIds = [...new Set(products)];
  for (const id of productIds) {
    if (!isProductId(id)) reasons.push({ field: 'products', reason: `"${id}" is not a product id like BTC-USD` });
  }
  return productIds;
}

function instantOf(field: string, text: string, reasons: Reasons): number | undefined {
  try {
    return parseInstant(text);
  } catch (error) {
    reasons.push({ field, reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
