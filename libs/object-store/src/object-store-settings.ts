import { z } from 'zod';

/** Settings of every app that reads or writes the bucket; spread into the app's schema. */
export const objectStoreSettings = {
  AWS_REGION: z.string().min(1).describe('region of the bucket, e.g. eu-central-1'),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of an S3-compatible store; path-style requests when set'),
  ARCHIVE_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .describe('name of the bucket that archives lie in'),
  ARCHIVE_PREFIX: z
    .string()
    .regex(/^(?:[A-Za-z0-9!_.*'()=-]+(?:\/[A-Za-z0-9!_.*'()=-]+)*)?\/?$/)
    .transform((prefix) => prefix.replace(/\/$/, ''))
    .default('')
    .describe('folder in the bucket, e.g. market-data; empty for its top'),
  ARCHIVE_KMS_KEY_ID: z.string().min(1).optional().describe('KMS key that objects are encrypted with; SSE-S3 when not set'),
};
