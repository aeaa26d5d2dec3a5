import { z } from 'zod';

/** Most runs, and most tasks of a run, of one answer: a daily run of 250 products is one page. */
const PAGE_MAX = 1_000;

const limit = (fallback: number) => z.coerce.number().int().min(1).max(PAGE_MAX).default(fallback);

/** `GET /runs`: the newest first; `next` of an answer is the `after` of the next page. */
export const runsQuery = z.strictObject({
  after: z.uuid('is no `next` of an answer').toLowerCase().optional(),
  limit: limit(100),
});

/** `GET /runs/{id}`: its tasks by the names of their windows. */
export const tasksQuery = z.strictObject({
  after: z
    .string()
    .max(200)
    .regex(/^[ -~]*$/, 'is no `next` of an answer')
    .default(''),
  limit: limit(PAGE_MAX),
});
