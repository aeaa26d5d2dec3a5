import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';

/** `s3://bucket/prefix` as its parts; the prefix is '' or ends in a slash. */
const archivesUrl = z
  .string()
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/)
  .transform((url) => {
    const [bucket = '', ...path] = url.slice('s3://'.length).split('/');
    const prefix = path.filter((part) => part !== '').join('/');
    return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
  });

const productIds = z
  .string()
  .transform((list) => list.split(',').filter((id) => id !== ''))
  .refine((ids) => ids.every((id) => /^[A-Z0-9]+-[A-Z0-9]+$/.test(id)));

export const exchangeSimulatorConfig = z.object({
  ...serviceSettings,
  SIMULATOR_RECORDINGS_DIR: z
    .string()
    .optional()
    .describe('directory with candles-60s/<PRODUCT>.csv.gz and, if there, rest/products_*.json'),
  SIMULATOR_ARCHIVES: archivesUrl.optional().describe("s3://bucket/prefix of Elias's own archives"),
  AWS_REGION: z.string().default('us-east-1').describe('region of the archives'),
  S3_ENDPOINT: z.url().optional().describe('an S3 of your own, path style; without it AWS'),
  SIMULATOR_SEED: z.string().min(1).default('elias').describe('made data is the same for the same seed'),
  SIMULATOR_PRODUCTS: productIds.default([]).describe('further made products, comma separated, as in FOO-USD'),
  SIMULATOR_RATE_LIMIT: z.enum(['on', 'off']).default('on').describe('on|off: 10 requests a second and burst 15 per client, or none'),
  SIMULATOR_FEED_CAPTURE: z
    .string()
    .optional()
    .describe('a recorded capture of the feed, .jsonl or .jsonl.gz, told in place of made trades'),
  SIMULATOR_FEED_CAPTURE_SPEED: z
    .union([z.literal('max'), z.coerce.number().positive().max(1_000_000)])
    .default(1)
    .describe('multiple of the pace at which the capture was recorded, or max: as fast as it goes'),
  SIMULATOR_CLOCK_SPEED: z.coerce
    .number()
    .positive()
    .max(1_000_000)
    .default(1)
    .describe('seconds of the exchange that pass in one second; archived and made trades are told at that pace'),
  SIMULATOR_NOW: z.iso
    .datetime({ offset: true })
    .transform((instant) => Date.parse(instant))
    .optional()
    .describe('instant that the clock starts at, ISO 8601 with its offset; it runs on. With recordings not before their own start'),
});
export type ExchangeSimulatorConfig = z.output<typeof exchangeSimulatorConfig>;
