import { idSchema, instantSchema, sha256Schema } from '@elias/contracts';
import { z } from 'zod';
import { momentSchema } from './coverage-answers.js';

const count = z.int().min(0);

export const revisionsAnswer = z.object({
  window: z.string(),
  revisions: z
    .array(
      z.object({
        collection_id: idSchema,
        collected_at: instantSchema.describe("when the exchange gave it, by the exchange's clock"),
        unknown: count.describe('periods that nobody knows'),
        open: count.describe('periods that were not over'),
        candles: count.nullable(),
        csv_sha256: sha256Schema.nullable(),
        published_at: momentSchema.nullable(),
        sealed_at: momentSchema.nullable(),
        warehouse_at: momentSchema.nullable(),
        rds_at: momentSchema.nullable(),
        refused: z.object({ stage: z.string(), reason: z.string() }).nullable().describe('by the stage that could not take it'),
        current: z.boolean().describe('Postgres holds it'),
        archive_key: z.string().nullable(),
      }),
    )
    .describe('the newest first'),
});
export type Revisions = z.output<typeof revisionsAnswer>;
export type RevisionView = Revisions['revisions'][number];

export const archivesAnswer = z.object({
  archives: z.array(
    z.object({
      window_id: z.string(),
      key: z.string(),
      bytes: count,
      sha256: sha256Schema.describe('of the object'),
      csv_sha256: sha256Schema,
      sealed_at: momentSchema,
      collection_id: idSchema,
      current: z.boolean().describe('Postgres holds this telling'),
    }),
  ),
  next: z.string().nullable().describe('`after` of the following page'),
});
export type Archives = z.output<typeof archivesAnswer>;

export const downloadAnswer = z.object({ url: z.url(), expires_at: momentSchema });
export type Download = z.output<typeof downloadAnswer>;
