import { z } from 'zod';

/** One window as `elias compare --json` tells it. */
export const comparedWindowSchema = z.object({
  dataset: z.string(),
  product_id: z.string(),
  granularity: z.number(),
  from: z.string(),
  to: z.string(),
  candles: z.number().nullable(),
  coverage: z.object({ present: z.number(), no_trade: z.number(), unknown: z.number(), open: z.number() }).nullable(),
  archive: z.object({ bucket: z.string(), key: z.string(), bytes: z.number(), sha256: z.string(), csv_sha256: z.string() }).nullable(),
  twin: z.object({ bucket: z.string(), key: z.string() }).nullable(),
  redshift_rows: z.number().nullable(),
  rds_rows: z.number().nullable(),
  equal: z.boolean(),
  error: z.string().nullable(),
});
export type ComparedWindow = z.output<typeof comparedWindowSchema>;

/** Reads each window in the archive, Redshift and Postgres, and compares them value by value. */
export type CompareWindows = (windowIds: readonly string[]) => Promise<ComparedWindow[]>;

export type Source = 'coinbase' | 'recording' | 'archive' | 'made';

/** One window of the report; the fields' order is the file's. */
export type ReportedWindow = Pick<ComparedWindow, 'dataset'> & { source: Source } & Omit<ComparedWindow, 'dataset'>;

export interface Report {
  date: string;
  exchange: 'coinbase' | 'simulator';
  windows: ReportedWindow[];
  equal: boolean;
}
