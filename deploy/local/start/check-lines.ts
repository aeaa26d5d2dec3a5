import { z } from 'zod';

/** What we read of `GET /checks`. */
const checksSchema = z.object({
  checks: z.array(z.object({ name: z.string(), product_id: z.string().nullable(), outcome: z.string(), text: z.string() })),
});
type Check = z.output<typeof checksSchema>['checks'][number];

/** Most findings that are shown in full; the dashboard has them all. */
const SHOWN_MAX = 5;

export async function checksOf(get: (path: string) => Promise<unknown>, date: string): Promise<Check[]> {
  return checksSchema.parse(await get(`/checks?date=${date}`)).checks;
}

/** How the day's checks came out, those that found something in words. */
export function checkLines(checks: readonly Check[]): string[] {
  if (checks.length === 0) return [];
  const counts = ['passed', 'warned', 'failed', 'skipped']
    .map((outcome) => [outcome, checks.filter((check) => check.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const findings = checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'warned');
  const more = findings.length - SHOWN_MAX;
  return [
    ...['', `Checks of the day: ${counts.join(', ')}.`],
    ...findings
      .slice(0, SHOWN_MAX)
      .map(({ name, product_id, outcome, text }) => `  ${outcome} ${name} ${product_id ?? ''}: ${text}`.replace(' :', ':')),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
