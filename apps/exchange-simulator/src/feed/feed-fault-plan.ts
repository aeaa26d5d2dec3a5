import { z } from 'zod';

export const FEED_FAULT_KINDS = ['drop', 'double', 'reorder', 'stall', 'cut', 'cut_all'] as const;

/** A fault of the feed to come, as `POST /_simulator/feed-faults` takes it. */
export const feedFaultOrder = z.strictObject({
  kind: z.enum(FEED_FAULT_KINDS),
  times: z.number().int().positive().nullable().default(1).describe('how many matches it hits; null: all until it is cleared'),
  every: z.number().int().positive().default(1).describe('it hits each n-th match'),
  match: z.string().default('.').refine(isPattern, 'is no regular expression').describe('regular expression on the product id'),
  ms: z.number().int().nonnegative().max(3_600_000).default(300_000).describe('stall: how long nothing is sent'),
});
export type FeedFaultOrder = z.infer<typeof feedFaultOrder>;

export interface PlannedFeedFault extends FeedFaultOrder {
  id: number;
  /** matches that it was asked about */
  seen: number;
  /** matches that it hit */
  hit: number;
}

/** Faults in the order they were asked for; each match is hit by the first that matches its product. */
export class FeedFaultPlan {
  private planned: { fault: PlannedFeedFault; pattern: RegExp }[] = [];
  private nextId = 1;

  add(order: FeedFaultOrder): PlannedFeedFault {
    const fault = { ...order, id: this.nextId, seen: 0, hit: 0 };
    this.nextId += 1;
    this.planned.push({ fault, pattern: new RegExp(order.match) });
    return fault;
  }

  /** The fault that hits a match of a product, if any. */
  take(productId: string): PlannedFeedFault | null {
    for (const { fault, pattern } of this.planned) {
      if ((fault.times !== null && fault.hit >= fault.times) || !pattern.test(productId)) continue;
      fault.seen += 1;
      if (fault.seen % fault.every !== 0) continue;
      fault.hit += 1;
      return fault;
    }
    return null;
  }

  list(): PlannedFeedFault[] {
    return this.planned.map(({ fault }) => fault);
  }

  clear(): void {
    this.planned = [];
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
