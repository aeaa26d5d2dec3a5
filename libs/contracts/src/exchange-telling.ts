import { z } from 'zod';
import { coverageSchema, revisionSchema, sha256Schema, windowSchema } from './wire.js';

/** Path at which a collector asks the exchange for a window that it does not publish; the query names it: `?window=candles/60/BTC-USD/2023-12-01`. */
export const EXCHANGE_WINDOW_PATH = '/exchange-window';

/** First line of the answer, as JSON. The window's CSV follows. */
export const exchangeTellingSchema = z.object({
  window: windowSchema,
  revision: revisionSchema.describe('as the window would have been told with, were it published'),
  row_count: z.int().min(0),
  coverage: coverageSchema,
  csv_bytes: z.int().min(0),
  csv_sha256: sha256Schema,
});
export type ExchangeTelling = z.infer<typeof exchangeTellingSchema>;

/** Why there is none; problem JSON (RFC 9457). */
export const exchangeRefusalSchema = z.object({
  status: z.int(),
  detail: z.string().max(4_000),
  reason: z.string().max(64).optional().describe('one of the reasons of `collection.failed`'),
});
