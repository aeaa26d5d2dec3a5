import { z } from 'zod';

export const FAULT_KINDS = [
  '429',
  '500',
  '503',
  'cut',
  'stall',
  'slow',
  'stale_cache',
  'hit_without_age',
  'drop_rows',
  'garbage',
  'html',
] as const;

/** A fault to come, as `POST /_simulator/faults` takes it. */
export const faultOrder = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  times: z.number().int().positive().nullable().default(1).describe('how many requests it hits; null: all until it is cleared'),
  every: z.number().int().positive().default(1).describe('it hits each n-th matching request'),
  match: z.string().default('.').refine(isPattern, 'is no regular expression').describe('regular expression on path and query'),
  ms: z.number().int().nonnegative().max(3_600_000).optional().describe('stall (default 300,000) and slow (2,000)'),
  age_s: z.number().int().nonnegative().max(86_400).default(300).describe('stale_cache, hit_without_age: how old the answer is'),
  rows: z.number().int().positive().default(1).describe('drop_rows: how many rows are missing from the middle'),
  retry_after_s: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('429, 503: a Retry-After header, which the exchange itself was not seen to send'),
});
export type FaultOrder = z.infer<typeof faultOrder>;

export interface PlannedFault extends FaultOrder {
  id: number;
  /** requests that matched */
  seen: number;
  /** requests that were hit */
  hit: number;
}

/** Faults in the order they were asked for; each request is hit by the first that matches it. */
export class FaultPlan {
  private planned: PlannedFault[] = [];
  private nextId = 1;

  add(order: FaultOrder): PlannedFault {
    const fault = { ...order, id: this.nextId, seen: 0, hit: 0 };
    this.nextId += 1;
    this.planned.push(fault);
    return fault;
  }

  /** The fault that hits a request, if any. */
  take(pathAndQuery: string): PlannedFault | null {
    for (const fault of this.planned) {
      if (isSpent(fault) || !new RegExp(fault.match).test(pathAndQuery)) continue;
      fault.seen += 1;
      if (fault.seen % fault.every !== 0) continue;
      fault.hit += 1;
      return fault;
    }
    return null;
  }

  list(): PlannedFault[] {
    return [...this.planned];
  }

  clear(): void {
    this.planned = [];
  }
}

function isSpent(fault: PlannedFault): boolean {
  return fault.times !== null && fault.hit >= fault.times;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
