import { z } from 'zod';
import { DEFAULT_WIDTH, printable } from '../terminal/table-lines.js';
import { durationText } from './duration-text.js';

/** What `GET /runs/{id}/progress` answers. */
export const runProgressSchema = z.object({
  run_id: z.string(),
  state: z.enum(['running', 'succeeded', 'partial', 'failed', 'cancelled']),
  ended_at: z.string().nullable(),
  products: z.array(z.object({ product_id: z.string(), counts: z.record(z.string(), z.number()) })),
});
export type RunProgress = z.output<typeof runProgressSchema>;

interface Counted {
  readonly total: number;
  readonly done: number;
  readonly partial: number;
  readonly failed: number;
}

const BAR_MAX = 30;
/** The rate is that of the last minutes: the first windows of a run wait for others, and the exchange is not always as fast. */
const RATE_OVER_MS = 120_000;

/** What became of a run's windows, and how fast, as it is seen from here. */
export class BackfillPace {
  private readonly seen: { atMs: number; done: number }[] = [];

  /** @param atMs of a clock that never goes back */
  saw(progress: RunProgress, atMs: number): void {
    this.seen.push({ atMs, done: countedOf(progress).done });
    while (this.seen.length > 2 && this.seen[1]!.atMs <= atMs - RATE_OVER_MS) this.seen.shift();
  }

  /** Windows a minute; null until some were seen to be done. */
  get windowsPerMinute(): number | null {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    if (first === undefined || last === undefined || last.done <= first.done) return null;
    return (last.done - first.done) / ((last.atMs - first.atMs) / 60_000);
  }
}

/** A bar for each product, and all together below, each within the width. */
export function progressBars(progress: RunProgress, windowsPerMinute: number | null, width = DEFAULT_WIDTH): string[] {
  const names = progress.products.map(({ product_id }) => printable(product_id));
  const indent = Math.max(5, ...names.map((name) => name.length));
  const lines = progress.products.map(({ counts }, at) => {
    const counted = count(counts);
    const tail = ` ${counted.done}/${counted.total}${lackText(counted)}`;
    const bar = Math.max(5, Math.min(BAR_MAX, width - indent - 3 - 40));
    const filled = counted.total === 0 ? 0 : Math.floor((bar * counted.done) / counted.total);
    return `${names[at]!.padEnd(indent)} [${'#'.repeat(filled)}${'.'.repeat(bar - filled)}]${tail}`.slice(0, width);
  });
  return [...lines, progressLine(progress, windowsPerMinute).slice(0, width)];
}

/** All products in one line. */
export function progressLine(progress: RunProgress, windowsPerMinute: number | null): string {
  const counted = countedOf(progress);
  const left = counted.total - counted.done;
  const rate = windowsPerMinute === null ? '' : `, ${Math.round(windowsPerMinute)} windows/min`;
  const eta = windowsPerMinute === null || left === 0 ? '' : `, ${durationText((left / windowsPerMinute) * 60)} left`;
  return `${counted.done}/${counted.total} windows${lackText(counted)}${rate}${eta}`;
}

export function countedOf({ products }: RunProgress): Counted {
  return products
    .map(({ counts }) => count(counts))
    .reduce(
      (sum, one) => ({
        total: sum.total + one.total,
        done: sum.done + one.done,
        partial: sum.partial + one.partial,
        failed: sum.failed + one.failed,
      }),
      { total: 0, done: 0, partial: 0, failed: 0 },
    );
}

function count(counts: Readonly<Record<string, number>>): Counted {
  const total = Object.values(counts).reduce((sum, tasks) => sum + tasks, 0);
  const { waiting = 0, running = 0, partial = 0, failed = 0 } = counts;
  return { total, done: total - waiting - running, partial, failed };
}

function lackText({ partial, failed }: Counted): string {
  return `${partial === 0 ? '' : `, ${partial} partial`}${failed === 0 ? '' : `, ${failed} failed`}`;
}
