import { z } from 'zod';
import { tableLines } from '../terminal/table-lines.js';
import { durationText } from './duration-text.js';

const count = z.number();
const counts = { windows: count, whole: count, partial: count, requests: count };

/** What `POST /runs/plan` answers, as far as it is shown. */
export const backfillPlanSchema = z.object({
  dataset: z.string(),
  granularity: count,
  from: z.string(),
  to: z.string(),
  run_id: z.string().nullable(),
  ...counts,
  asked: count,
  requests_basis: z.string(),
  requests_per_second: count.nullable(),
  seconds: count,
  objects: count,
  loads: count,
  redshift_minutes: count,
  products: z.array(z.object({ product_id: z.string(), ...counts })),
});
export type BackfillPlan = z.output<typeof backfillPlanSchema>;

const COLUMNS = [
  { title: 'product' },
  { title: 'windows', align: 'right' },
  { title: 'whole', align: 'right' },
  { title: 'partial', align: 'right' },
  { title: 'to ask', align: 'right' },
  { title: 'requests', align: 'right' },
] as const;

const BASIS: Readonly<Record<string, string>> = {
  trades_in_ledger: 'guessed from the trades that the ledger has',
  probes_alone: 'at least: no trades are loaded to guess from',
};

/** The plan as people read it. */
export function planLines(plan: BackfillPlan, width?: number): string[] {
  const { requests, requests_per_second: rate, seconds, loads, redshift_minutes: minutes } = plan;
  const basis = BASIS[plan.requests_basis];
  return [
    `${plan.dataset} of ${plan.granularity} s, ${plan.from} to ${plan.to}`,
    '',
    ...tableLines(COLUMNS, plan.products.map(cells), width),
    '',
    `windows   ${number(plan.windows)}, ${number(plan.whole)} whole already, ${number(plan.asked)} to ask for`,
    `requests  ${number(requests)}${basis === undefined ? '' : `, ${basis}`}`,
    `time      ${rate === null ? 'the exchange sets no limit' : `${durationText(seconds)} at ${rate.toFixed(1)} requests/s`}`,
    `objects   ${number(plan.objects)}: archives, twins, checksum lists`,
    `loads     ${number(loads)} of Redshift, ${number(minutes)} ${minutes === 1 ? 'minute' : 'minutes'} billed at least`,
    ...(plan.run_id === null ? [] : [`under way in run ${plan.run_id}`]),
  ];
}

function cells({ product_id, windows, whole, partial, requests }: BackfillPlan['products'][number]): string[] {
  return [product_id, ...[windows, whole, partial, windows - whole, requests].map(number)];
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
