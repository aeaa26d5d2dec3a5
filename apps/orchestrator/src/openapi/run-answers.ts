import { coverageSchema, idSchema, instantSchema, namedWindowSchema, revisionSchema, sha256Schema } from '@elias/contracts';
import { z } from 'zod';
import { daySchema, momentSchema } from '../pipeline/coverage-answers.js';
import { gridAnswer } from '../pipeline/grid-reads.js';

const count = z.int().min(0);
const cell = gridAnswer.shape.cells.element.shape;
const runState = z.enum(['running', 'succeeded', 'partial', 'failed', 'cancelled']);

export const runSummaryAnswer = z.object({
  run_id: idSchema,
  kind: z.enum(['range', 'daily']).describe('daily: of the schedule; range: asked for'),
  date: daySchema.nullable().describe('of a daily run'),
  days_after: count.nullable().describe('how many days after its first run a day is collected again'),
  idempotency_key: z.string().nullable(),
  state: runState,
  dataset: z.string(),
  granularity: z.int().describe('candle width, seconds'),
  products: z.array(z.string()),
  from: instantSchema,
  to: instantSchema,
  origin: z.enum(['scheduled', 'backfill']),
  created_at: instantSchema,
  deadline_at: momentSchema.nullable(),
  late: z.boolean().describe('the deadline passed before its end; it went on'),
  cancelled_at: momentSchema.nullable(),
  ended_at: momentSchema.nullable(),
  counts: z.record(z.string(), count).describe('tasks by state'),
});

const windowView = z.object({
  window: namedWindowSchema,
  state: cell.state,
  stages: cell.stages,
  stages_since: z.record(z.string(), momentSchema).describe('since when each stage is in its state; what is not known is left out'),
  requests: count.describe('how often this run asked for it'),
  attempts: count,
  started_at: momentSchema.nullable(),
  ended_at: momentSchema.nullable(),
  next_request_at: momentSchema.nullable(),
  error: z.object({ reason: z.string(), detail: z.string() }).nullable(),
  counts: z.object({ candles: count, no_trade: count, unknown: count, open: count }).nullable().describe('of the best telling'),
  best_sealed: z
    .object({
      ...{ revision: revisionSchema, candles: count, coverage: coverageSchema, csv_sha256: sha256Schema },
      archive: z.object({ bucket: z.string(), key: z.string(), bytes: count, sha256: sha256Schema }),
    })
    .nullable(),
});

export const runsAnswer = z.object({
  runs: z.array(runSummaryAnswer).describe('the newest first'),
  next: idSchema.nullable().describe('`after` of the following page'),
});
export const runAnswer = z.object({
  ...runSummaryAnswer.shape,
  windows: z.array(windowView).describe('by their names'),
  next: z.string().nullable().describe('`after` of the following page of windows'),
});
export const retriedAnswer = z.object({ ...runSummaryAnswer.shape, retried: count.describe('tasks that are asked for again') });
export const startedAnswer = z.object({ run_id: idSchema });

export const progressAnswer = z.object({
  run_id: idSchema,
  state: runState,
  ended_at: momentSchema.nullable(),
  products: z.array(z.object({ product_id: z.string(), counts: z.record(z.string(), count).describe('tasks by state') })),
});

const planned = {
  windows: count.describe('windows that the range has'),
  whole: count.describe('of them in the ledger with nothing missing'),
  partial: count.describe('of them loaded, but something is unknown or was open'),
  requests: count.describe('to the exchange'),
};
export const planAnswer = z.object({
  ...{ dataset: z.string(), granularity: z.int(), from: instantSchema, to: instantSchema },
  run_id: idSchema.nullable().describe('a run for the very same that is under way'),
  ...planned,
  asked: count.describe('windows that are asked for'),
  requests_basis: z
    .enum(['pages', 'trades_in_ledger', 'probes_alone'])
    .describe(
      'pages are counted; trades are guessed from what the ledger has, else only the questions that find the ends of windows are counted',
    ),
  requests_per_second: z.number().min(0).nullable().describe('that all collectors together aim at; null without a limit'),
  seconds: count.describe('that the exchange takes'),
  objects: count.describe('archives, twins and checksum lists that are written'),
  loads: count.describe('of Redshift'),
  redshift_minutes: count.describe('that Redshift bills at least'),
  products: z.array(z.object({ product_id: z.string(), ...planned })),
});

export const followedAnswer = z.object({
  products: z.array(z.object({ product_id: z.string(), followed_since: momentSchema })).describe('by their ids'),
});

export const checksAnswer = z.object({
  date: daySchema.nullable(),
  checks: z.array(
    z.object({
      name: z.string(),
      product_id: z.string().nullable().describe('null for a check of the whole day'),
      outcome: z.enum(['passed', 'warned', 'failed', 'skipped']),
      text: z.string().describe('one sentence'),
      figures: z.record(z.string(), z.unknown()).nullable(),
      run_id: idSchema,
      checked_at: instantSchema,
    }),
  ),
});
