import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** Spans of the two tables, days. */
const SPANS = [7, 30] as const;
const POLL_MS = 500;

const discountsSchema = z.object({
  as_of_date: z.string().nullable(),
  days: z.number(),
  discounts: z.array(
    z.object({
      rank: z.number(),
      product_id: z.string(),
      price: z.string(),
      reference_price: z.string(),
      discount: z.string(),
      discount_to_high: z.string().nullable(),
    }),
  ),
  left_out: z.array(z.object({ product_id: z.string(), reason: z.string() })),
});
export type Discounts = z.output<typeof discountsSchema>;

/** What answers `GET` at a path of the orchestrator, as parsed JSON. */
export type Get = (path: string) => Promise<unknown>;

/**
 * The tables of the furthest discounted products of a day, once they are computed and loaded.
 * @returns null when they are not there in time, e.g. because no daily candles were collected
 */
export async function discountsOf(get: Get, date: string, withinMs: number, signal: AbortSignal): Promise<Discounts[] | null> {
  const loaded = z.object({ windows: z.array(z.object({ window_id: z.string() })) });
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const answers = await Promise.all(SPANS.map((days) => get(`/windows?prefix=discounts_${days}d/_all/${date}`)));
    if (answers.every((answer) => loaded.parse(answer).windows.length > 0)) break;
    if (Date.now() > deadlineMs) return null;
    await sleep(POLL_MS, undefined, { signal });
  }
  return Promise.all(SPANS.map(async (days) => discountsSchema.parse(await get(`/discounts?days=${days}&date=${date}`))));
}

/** Both tables for people, none wider than 80 columns. */
export function discountLines(tables: readonly Discounts[]): string[] {
  return tables.flatMap(({ as_of_date, days, discounts, left_out }) => {
    const cells = [
      ['', 'product', 'price', `${days} days before`, 'discount', 'below high'],
      ...discounts.map((row) => [
        `${row.rank}`,
        row.product_id,
        row.price,
        row.reference_price,
        percent(row.discount),
        percent(row.discount_to_high),
      ]),
    ];
    const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
    const lines = cells.map((row) =>
      row
        .map((cell, i) => (i === 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    );
    const none = discounts.length === 0 ? ['No product is below its price then.'] : lines;
    const without = left_out.length === 0 ? [] : [`${left_out.length} products could not be compared.`];
    return ['', `Furthest below the price of ${days} days before, ${as_of_date}`, ...none, ...without];
  });
}

/** A fraction as people read it: `39.9 %`. */
function percent(fraction: string | null): string {
  return fraction === null ? '-' : `${(Number(fraction) * 100).toFixed(1)} %`;
}
