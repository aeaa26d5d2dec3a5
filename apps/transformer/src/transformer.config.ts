import { groupSettings, kafkaSettings } from '@elias/kafka';
import { DEFAULT_DISCOUNT_SPANS, isProductId } from '@elias/market-data';
import { postgresSettings } from '@elias/postgres';
import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';

const list = (text: string): string[] => (text === '' ? [] : text.split(',').map((part) => part.trim()));

export const transformerConfig = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...postgresSettings,
  DISCOUNT_WINDOWS: z
    .string()
    .default(DEFAULT_DISCOUNT_SPANS.join(','))
    .transform((text) => list(text).map(Number))
    .refine(
      (spans) => spans.length > 0 && new Set(spans).size === spans.length && spans.every((n) => Number.isInteger(n) && n >= 1 && n <= 365),
      'is no list of days, each from 1 to 365',
    )
    .refine(
      (spans) => DEFAULT_DISCOUNT_SPANS.every((span) => spans.includes(span)),
      'lacks 7 or 30, which discounts_7d and discounts_30d are made of',
    )
    .describe('days back that prices are compared with, 7 and 30 among them: the tables discounts_7d and discounts_30d are made of those'),
  DISCOUNT_EXCLUDED_PRODUCTS: z
    .string()
    .default('USDT-USD,USDT-USDC')
    .transform(list)
    .refine((ids) => ids.every(isProductId), 'is no list of products like USDT-USD')
    .describe('products that are no candidates for the discount tables, beside those that the exchange calls stablecoins (fx_stablecoin)'),
  TRANSFORMER_SETTLE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(2_000)
    .describe('a day is computed once nothing of it was loaded for so long'),
});
export type TransformerConfig = z.output<typeof transformerConfig>;
