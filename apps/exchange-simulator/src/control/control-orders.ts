import { z } from 'zod';
import { isGranularity, JSON_NUMBER } from '../candles/candle-row.js';

const productId = z.string().regex(/^[A-Z0-9]+-[A-Z0-9]+$/, 'is no product id');
/** A number, or its text where that matters, as in `4.776e-05`. */
const numberText = z.union([z.number().nonnegative().transform(String), z.string().regex(JSON_NUMBER, 'is no number')]);
const seconds = z.number().int().nonnegative().max(4_294_967_295);

/** `POST /_simulator/edits` */
export const candleEditOrder = z
  .strictObject({
    product_id: productId,
    granularity: z.number().refine(isGranularity, 'is no granularity of the exchange').default(60),
    time: seconds,
    row: z.tuple([seconds, numberText, numberText, numberText, numberText, numberText]).nullable(),
  })
  .refine(({ granularity, time }) => time % granularity === 0, 'time is no start of a candle')
  .refine(({ time, row }) => row === null || row[0] === time, 'the row is of another time')
  .transform(({ row, ...edit }) => {
    if (row === null) return { ...edit, row };
    const [time, low, high, open, close, volume] = row;
    return { ...edit, row: { time, low, high, open, close, volume } };
  });

/** `POST /_simulator/products`: any field of the product's entry, or `unknown` */
export const productEditOrder = z.looseObject({
  product_id: productId,
  unknown: z.boolean().optional(),
  status: z.enum(['online', 'offline', 'internal', 'delisted']).optional(),
  trading_disabled: z.boolean().optional(),
});

/** `POST /_simulator/limit` */
export const limitOrder = z.strictObject({
  enabled: z.boolean().optional(),
  per_second: z.number().positive().optional(),
  burst: z.number().int().positive().optional(),
});

/** `POST /_simulator/clock`: forward only, at most ten years */
export const clockOrder = z.strictObject({ advance_ms: z.number().int().nonnegative().max(315_360_000_000) });
