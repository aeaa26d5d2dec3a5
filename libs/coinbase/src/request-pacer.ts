import type { RateLimit } from './token-bucket.js';
import { TokenBucket } from './token-bucket.js';

/** What goes first when requests have to wait. */
export const PRIORITIES = ['request', 'live-poll', 'repair', 'audit'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A clock that never goes back, and its alarm. */
export interface PacerClock {
  nowMs(): number;
  /** @returns cancels the call */
  after(delayMs: number, call: () => void): () => void;
}

/** The process's own clock. */
export const MONOTONIC_CLOCK: PacerClock = {
  nowMs: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface PacerOptions {
  limit: RateLimit;
  /** requests under way at once, whatever the bucket holds */
  underWayMax: number;
  clock?: PacerClock;
}

interface Waiter {
  grant(): void;
}

/** Longest delay that Node's timers keep. */
const TIMER_MS_MAX = 2_147_483_647;

/**
 * Lets the requests of one process go, each when the token bucket has a token for it: by priority, within one priority in the order
 * in which they came.
 */
export class RequestPacer {
  private readonly bucket: TokenBucket;
  private readonly clock: PacerClock;
  private readonly waiting: Record<Priority, Set<Waiter>>;
  private readonly underWayMax: number;
  private underWay = 0;
  private pausedUntilMs = Number.NEGATIVE_INFINITY;
  private cancelAlarm: (() => void) | undefined;

  constructor(options: PacerOptions) {
    this.clock = options.clock ?? MONOTONIC_CLOCK;
    this.underWayMax = options.underWayMax;
    this.bucket = new TokenBucket(options.limit, this.clock.nowMs());
    this.waiting = { request: new Set(), 'live-poll': new Set(), repair: new Set(), audit: new Set() };
  }

  /**
   * Waits for permission to send one request.
   * @returns to be called once, when the request was answered or given up
   * @throws the signal's reason, when it is aborted first
   */
  permit(priority: Priority, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const queue = this.waiting[priority];
      const abort = (): void => {
        queue.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter = {
        grant: (): void => {
          signal?.removeEventListener('abort', abort);
          resolve(this.oncePerRequest());
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      queue.add(waiter);
      this.letGo();
    });
  }

  /** Another limit from now on, e.g. another share of the allowance. */
  adjust(limit: RateLimit): void {
    this.bucket.adjust(limit, this.clock.nowMs());
    this.letGo();
  }

  /** Counts on no token that is there: after a join, others may have used them. */
  empty(): void {
    this.bucket.empty(this.clock.nowMs());
    this.letGo();
  }

  /** The exchange refused for load: counts on no token, and asks nothing for a while. */
  refused(pauseMs = 0): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.clock.nowMs() + pauseMs);
    this.empty();
  }

  /** Requests that wait for permission. */
  get queued(): number {
    return PRIORITIES.reduce((sum, priority) => sum + this.waiting[priority].size, 0);
  }

  private letGo(): void {
    this.cancelAlarm?.();
    this.cancelAlarm = undefined;
    for (let next = this.next(); next !== undefined; next = this.next()) {
      const nowMs = this.clock.nowMs();
      if (this.underWay >= this.underWayMax) return;
      const waitMs = Math.max(this.pausedUntilMs - nowMs, this.bucket.waitMs(nowMs));
      if (waitMs > 0 || !this.bucket.take(nowMs)) return this.wakeAfter(waitMs);
      this.underWay += 1;
      next.queue.delete(next.waiter);
      next.waiter.grant();
    }
  }

  private wakeAfter(waitMs: number): void {
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.cancelAlarm = this.clock.after(Math.min(Math.ceil(waitMs), TIMER_MS_MAX), () => this.letGo());
  }

  private next(): { queue: Set<Waiter>; waiter: Waiter } | undefined {
    for (const priority of PRIORITIES) {
      const queue = this.waiting[priority];
      for (const waiter of queue) return { queue, waiter };
    }
    return undefined;
  }

  private oncePerRequest(): () => void {
    let answered = false;
    return () => {
      if (answered) return;
      answered = true;
      this.underWay -= 1;
      this.bucket.answered(this.clock.nowMs());
      this.letGo();
    };
  }
}
