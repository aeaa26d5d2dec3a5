import { DAY_MS } from '@elias/market-data';
import { z } from 'zod';
import type { OrchestratorApi } from '../terminal/orchestrator-api.js';

const count = z.number();
const servicesSchema = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      health: z.string(),
      reasons: z.array(z.string()),
      lag: count.nullable(),
      rate_per_minute: count,
      last_event_at: z.string().nullable(),
    }),
  ),
});
const lettersSchema = z.object({ dead_letters: z.array(z.object({ group: z.string(), count })) });
const alarmsSchema = z.object({ alarms: z.array(z.object({ severity: z.string(), text: z.string(), since: z.string() })) });
const productsSchema = z.object({ products: z.array(z.object({ product_id: z.string(), last_day: z.string().nullable() })) });
const daySchema = z.object({
  product_id: z.string(),
  date: z.string(),
  condition: z.enum(['available', 'partial', 'missing']),
  candles: count,
  no_trade: count,
  unknown: count,
  open: count,
});
const coverageSchema = z.object({ coverage: z.array(daySchema) });
const runsSchema = z.object({
  runs: z.array(z.object({ kind: z.string(), date: z.string().nullable(), state: z.string(), counts: z.record(z.string(), count) })),
});

/** What the orchestrator knows of the whole pipeline. */
export interface PipelineStatus {
  readonly services: z.output<typeof servicesSchema>['services'];
  readonly dead_letters: z.output<typeof lettersSchema>['dead_letters'];
  readonly alarms: z.output<typeof alarmsSchema>['alarms'];
  readonly last_run: z.output<typeof runsSchema>['runs'][number] | null;
  readonly products: readonly ProductStatus[];
}

export interface ProductStatus {
  readonly product_id: string;
  /** its latest day of 1-minute candles; null when it has none */
  readonly last: z.output<typeof daySchema> | null;
  /** conditions of the days up to the latest of all products, oldest first */
  readonly days: readonly ('available' | 'partial' | 'missing')[];
}

/** Days whose condition is told. */
export const DAYS_TOLD = 7;

/** @throws OrchestratorRefusedError */
export async function readStatus(api: OrchestratorApi): Promise<PipelineStatus> {
  const [{ services }, { dead_letters }, { alarms }, { runs }, { products }] = await Promise.all([
    api.get('/services', servicesSchema),
    api.get('/dead-letters', lettersSchema),
    api.get('/alarms', alarmsSchema),
    api.get('/runs?limit=1', runsSchema),
    api.get('/products', productsSchema),
  ]);
  const lastDay = products
    .flatMap(({ last_day }) => last_day ?? [])
    .sort()
    .at(-1);
  const coverage =
    lastDay === undefined ? [] : (await api.get(`/coverage?from=${daysBefore(lastDay)}&to=${lastDay}`, coverageSchema)).coverage;
  return {
    services,
    dead_letters,
    alarms,
    last_run: runs[0] ?? null,
    products: products.map(({ product_id }) => statusOf(product_id, coverage)),
  };
}

function statusOf(productId: string, coverage: readonly z.output<typeof daySchema>[]): ProductStatus {
  const days = coverage.filter(({ product_id }) => product_id === productId).sort((a, b) => (a.date < b.date ? -1 : 1));
  return {
    product_id: productId,
    last: days.findLast(({ condition }) => condition !== 'missing') ?? null,
    days: days.map(({ condition }) => condition),
  };
}

function daysBefore(day: string): string {
  return new Date(Date.parse(day) - (DAYS_TOLD - 1) * DAY_MS).toISOString().slice(0, 10);
}
