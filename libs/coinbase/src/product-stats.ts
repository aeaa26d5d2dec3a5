import { canonicalDecimal } from '@elias/market-data';
import { z } from 'zod';

/** The exchange's rolling 24 hours at the moment of asking, which cannot be asked for later. Canonical decimals. */
export interface ProductStats {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly last: string;
  readonly volume: string;
  readonly volume30Day: string;
}

const decimal = z.string().transform((text, context) => {
  try {
    return canonicalDecimal(text);
  } catch {
    context.addIssue('not a decimal number');
    return z.NEVER;
  }
});

const statsSchema = z
  .object({ open: decimal, high: decimal, low: decimal, last: decimal, volume: decimal, volume_30day: decimal })
  .transform(({ volume_30day, ...rest }): ProductStats => ({ ...rest, volume30Day: volume_30day }));

/** @returns null when it is not the shape of stats */
export function readStats(json: unknown): ProductStats | null {
  const parsed = statsSchema.safeParse(json);
  return parsed.success ? parsed.data : null;
}
