import { EliasError } from '@elias/errors';
import { z } from 'zod';

/** Settings of commands that ask the orchestrator to do something. */
export const orchestratorSettings = {
  ORCHESTRATOR_URL: z.url({ protocol: /^https?$/ }).describe("http(s) address of the orchestrator's API"),
  ORCHESTRATOR_API_TOKEN: z.string().min(1).optional().describe('bearer token of that API, where it wants one'),
};

const ANSWER_MS_MAX = 30_000;

/** The orchestrator did not do it. */
export class OrchestratorRefusedError extends EliasError {
  override readonly name = 'OrchestratorRefusedError';
  readonly code = 'ELIAS_ORCHESTRATOR_REFUSED';
  readonly disposition = 'stop';
  /** @param away it does not answer at all */
  constructor(
    what: string,
    cause?: unknown,
    readonly away = false,
  ) {
    super(`the orchestrator: ${what}`, { cause });
  }
}

const problemSchema = z.object({
  detail: z.string().optional(),
  title: z.string().optional(),
  errors: z.array(z.object({ field: z.string().optional(), reason: z.string() })).optional(),
});

/** A range of one dataset; `granularity` is seconds, of trades the width of a window. */
export interface RangeOrder {
  dataset?: 'candles' | 'trades';
  granularity: number;
  products: readonly string[];
  /** instants, half-open */
  from: string;
  to: string;
  skip_whole?: boolean;
  idempotencyKey?: string;
}

/** The orchestrator's HTTP API, as far as commands need it. */
export class OrchestratorApi {
  constructor(
    private readonly url: string,
    private readonly token: string | undefined,
  ) {}

  /**
   * Asks for a range. The same key again is the same run.
   * @returns the run's id; one that asks for the very same and is under way counts, and is told apart
   * @throws OrchestratorRefusedError
   */
  async startRun({ idempotencyKey: idempotency_key, ...range }: RangeOrder): Promise<{ runId: string; created: boolean }> {
    const { status, json } = await this.post('/runs', { ...range, idempotency_key });
    const started = z.object({ run_id: z.string() }).safeParse(json);
    if ((status === 200 || status === 202 || status === 409) && started.success) {
      return { runId: started.data.run_id, created: status === 202 };
    }
    throw new OrchestratorRefusedError(problemText(json, status));
  }

  /**
   * What it answers to a question that takes a body.
   * @throws OrchestratorRefusedError
   */
  async send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object | undefined, schema: z.ZodType<T>): Promise<T> {
    const { status, json } = await this.ask(path, { method, ...(body === undefined ? {} : jsonBody(body)) });
    if (status !== 200) throw new OrchestratorRefusedError(problemText(json, status));
    return read(path, schema, json);
  }

  /**
   * What it answers, of which the schema says what is read.
   * @throws OrchestratorRefusedError
   */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const { status, json } = await this.ask(path, {});
    if (status !== 200) throw new OrchestratorRefusedError(problemText(json, status));
    return read(path, schema, json);
  }

  private post(path: string, body: object): Promise<{ status: number; json: unknown }> {
    return this.ask(path, { method: 'POST', ...jsonBody(body) });
  }

  private async ask(path: string, request: RequestInit): Promise<{ status: number; json: unknown }> {
    const headers = new Headers(request.headers);
    headers.set('accept', 'application/json');
    if (this.token !== undefined) headers.set('authorization', `Bearer ${this.token}`);
    try {
      const answer = await fetch(new URL(path, this.url), { ...request, headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
      return { status: answer.status, json: await answer.json().catch(() => null) };
    } catch (cause) {
      throw new OrchestratorRefusedError('it does not answer', cause, true);
    }
  }
}

const jsonBody = (body: object): RequestInit => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

function read<T>(path: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new OrchestratorRefusedError(`${path} answers in another shape`, parsed.error);
  return parsed.data;
}

function problemText(json: unknown, status: number): string {
  const problem = problemSchema.safeParse(json);
  if (!problem.success) return `HTTP status ${status}`;
  const { detail, title, errors = [] } = problem.data;
  return [detail ?? title ?? `HTTP status ${status}`, ...errors.map(({ reason }) => reason)].join('; ');
}
