import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LocalStackError } from '../local-stack-error.js';
import type { CollectedRange } from './exchange-clock.js';

const stageSchema = z.enum(['waiting', 'running', 'done', 'failed']).catch('waiting');

/** What we read of `GET /runs/{id}`. */
const runSchema = z.object({
  run_id: z.string(),
  state: z.enum(['running', 'succeeded', 'partial', 'failed', 'cancelled']),
  windows: z.array(
    z.object({
      window: z.object({ id: z.string() }),
      state: z.string(),
      stages: z.object({ collect: stageSchema, archive: stageSchema, load_warehouse: stageSchema, load_rds: stageSchema }),
      error: z.object({ reason: z.string(), detail: z.string() }).nullable().catch(null),
    }),
  ),
  next: z.string().nullable(),
});
export type Run = z.output<typeof runSchema>;
export type RunWindow = Run['windows'][number];

/** Candles of a range, or a whole day with its stats, discounts and checks. */
export type RunOrder = { products: readonly string[]; idempotencyKey: string } & (
  { granularity: number; range: CollectedRange } | { date: string }
);

/** The orchestrator's API, as any other tool uses it. It may be away for a moment when it was restarted. */
export class RunsApi {
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @returns the run's id; where a former start asked for the same and that is under way still, its run is followed
   * @throws LocalStackError the run was refused, with each reason
   */
  async start(order: RunOrder): Promise<string> {
    const body = { products: order.products, idempotency_key: order.idempotencyKey, ...('date' in order ? dayOf(order) : rangeOf(order)) };
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const { status, json } = await this.ask('/runs', request);
    if (status === 202 || status === 200 || status === 409) return z.object({ run_id: z.string() }).parse(json).run_id;
    throw new LocalStackError(refusal(json, status));
  }

  /** A run with all its windows, page by page. */
  async run(runId: string): Promise<Run> {
    const windows: RunWindow[] = [];
    for (let after = ''; ;) {
      const page = runSchema.parse(await this.get(`/runs/${runId}?after=${encodeURIComponent(after)}`));
      windows.push(...page.windows);
      if (page.next === null) return { ...page, windows };
      after = page.next;
    }
  }

  /** What a `GET` answers. @throws LocalStackError when that is a problem */
  async get(path: string): Promise<unknown> {
    const { status, json } = await this.ask(path, {});
    if (status !== 200) throw new LocalStackError(refusal(json, status));
    return json;
  }

  /** Repeats while nobody answers: a start is known by its key, so it happens once. */
  private async ask(path: string, request: RequestInit): Promise<{ status: number; json: unknown }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const signal = AbortSignal.any([this.signal, AbortSignal.timeout(30_000)]);
        const response = await fetch(`${this.url}${path}`, { ...request, signal });
        if (response.status < 500 || attempt >= 60) return { status: response.status, json: await response.json() };
        await response.arrayBuffer();
      } catch (cause) {
        this.signal.throwIfAborted();
        if (attempt >= 60) throw new LocalStackError(`the orchestrator does not answer at ${this.url}`, { cause });
      }
      await sleep(1_000, undefined, { signal: this.signal });
    }
  }
}

function dayOf({ date }: { date: string }): object {
  return { kind: 'daily', date };
}

function rangeOf({ granularity, range }: { granularity: number; range: CollectedRange }): object {
  const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return { dataset: 'candles', granularity, from: instant(range.fromMs), to: instant(range.toMs), origin: 'scheduled' };
}

/** Problem details (RFC 9457) in one sentence. */
function refusal(json: unknown, status: number): string {
  const problem = z
    .object({ title: z.string(), detail: z.string(), errors: z.array(z.object({ field: z.string(), reason: z.string() })) })
    .partial()
    .safeParse(json);
  const { title, detail, errors } = problem.success ? problem.data : {};
  const reasons = errors?.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
  return `The orchestrator refused: ${reasons ?? detail ?? title ?? `status ${status}`}`;
}
