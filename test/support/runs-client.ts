import { until } from './service-process.js';
import type { WatchedWindow } from './watched-window.js';

/** What tests read of a run. */
export interface Run {
  run_id: string;
  state: string;
  products: string[];
  windows: {
    window: { id: string };
    state: string;
    stages: Record<'collect' | 'archive' | 'load_warehouse' | 'load_rds', string>;
    error: { reason: string; detail: string } | null;
    best_sealed: { csv_sha256: string; candles: number; archive: { bucket: string; key: string } } | null;
  }[];
}

export interface Answer {
  status: number;
  type: string | null;
  json: Record<string, unknown>;
}

/** Days from `from` up to `to`, which is not among them. */
export interface RunOrder {
  products: readonly string[];
  granularity?: number;
  from: string;
  to: string;
}

/** The order for one window. */
export function orderOf({ productId, granularity, fromMs, toMs }: WatchedWindow): RunOrder {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 10)) as [string, string];
  return { products: [productId], granularity, from, to };
}

/** The orchestrator's API as any tool uses it. */
export class RunsClient {
  constructor(private readonly url: string) {}

  async post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('/runs', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  }

  /** Without a body, e.g. to cancel. */
  async send(path: string, method: string): Promise<Answer> {
    return this.ask(path, { method });
  }

  async get(path: string): Promise<Answer> {
    return this.ask(path, {});
  }

  /** Asks for a range. @returns the run's id */
  async start({ products, granularity = 60, from, to }: RunOrder): Promise<string> {
    const { status, json } = await this.post(JSON.stringify({ products, granularity, from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` }));
    if (status !== 202) throw new Error(`the run was refused: ${JSON.stringify(json)}`);
    return String(json['run_id']);
  }

  /** A run with all its windows. */
  async run(runId: string): Promise<Run> {
    const page = async (after: string): Promise<Run & { next: string | null }> =>
      (await this.get(`/runs/${runId}?after=${encodeURIComponent(after)}`)).json as unknown as Run & { next: string | null };
    const first = await page('');
    const windows = [...(first.windows ?? [])];
    for (let { next } = first; typeof next === 'string';) {
      const more = await page(next);
      windows.push(...more.windows);
      ({ next } = more);
    }
    return { ...first, windows };
  }

  async list(): Promise<Run[]> {
    return (await this.get('/runs')).json['runs'] as Run[];
  }

  /** Waits until a run is over; whoever answers may be away meanwhile. */
  async finished(runId: string, withinMs = 240_000): Promise<Run> {
    let last: Run | null = null;
    await until(
      async () => {
        last = await this.run(runId).catch(() => last);
        return last !== null && last.state !== 'running';
      },
      withinMs,
      () => `run ${runId} is not over: ${JSON.stringify(last?.windows.filter(({ state }) => state === 'running' || state === 'waiting'))}`,
    );
    return last!;
  }

  /** Collects a window again, and waits until it is in both stores, or failed. */
  async collect(window: WatchedWindow): Promise<Run> {
    return this.finished(await this.start(orderOf(window)));
  }

  private async ask(path: string, request: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, request);
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, type: response.headers.get('content-type'), json };
  }
}
