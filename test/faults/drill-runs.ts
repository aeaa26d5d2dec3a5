import { setTimeout as sleep } from 'node:timers/promises';
import { formatInstant } from '@elias/market-data';
import type { WatchedWindow } from '../support/watched-window.js';
import type { DrillStack } from './drill-stack.js';

/** What the drill reads of a run. */
export interface DrillRun {
  run_id: string;
  state: string;
  windows: { window: { id: string }; state: string; error: { reason: string; detail: string } | null }[];
}

const ASK_WITHIN_MS = 4_000;
const LOOK_MS = 150;

/** The orchestrator's API as a patient caller uses it: any instance, again and again, a key with each order. */
export class DrillRuns {
  constructor(private readonly stack: DrillStack) {}

  /** Orders a run for days of one product. @returns its id */
  async order(windows: readonly WatchedWindow[], key: string, withinMs = 90_000): Promise<string> {
    const body = JSON.stringify({
      products: [...new Set(windows.map(({ productId }) => productId))],
      granularity: 60,
      from: formatInstant(Math.min(...windows.map(({ fromMs }) => fromMs))),
      to: formatInstant(Math.max(...windows.map(({ toMs }) => toMs))),
    });
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await this.insist('/runs', { method: 'POST', headers, body }, withinMs);
    return String((answer as { run_id: string }).run_id);
  }

  async run(id: string, withinMs = 30_000): Promise<DrillRun> {
    return (await this.insist(`/runs/${id}`, {}, withinMs)) as DrillRun;
  }

  /** Waits until a run is over. @returns null when it is not */
  async over(id: string, withinMs: number): Promise<DrillRun | null> {
    for (const deadline = performance.now() + withinMs; performance.now() < deadline; await sleep(LOOK_MS)) {
      const run = await this.run(id, Math.max(1, deadline - performance.now())).catch(() => null);
      if (run !== null && run.state !== 'running') return run;
    }
    return null;
  }

  /** Asks one instance after the other until one answers. @throws Error with the last answer */
  private async insist(path: string, request: RequestInit, withinMs: number): Promise<unknown> {
    let last = 'nobody answered';
    for (const deadline = performance.now() + withinMs; performance.now() < deadline; await sleep(LOOK_MS)) {
      for (const name of [...this.stack.services.keys()].filter((one) => one.startsWith('orchestrator'))) {
        try {
          const response = await fetch(`${this.stack.url(name)}${path}`, { ...request, signal: AbortSignal.timeout(ASK_WITHIN_MS) });
          const text = await response.text();
          if (response.ok) return JSON.parse(text);
          last = `${response.status} ${text}`;
          if (response.status < 500 && response.status !== 409 && response.status !== 429) throw new RefusedOrderError(`${path}: ${last}`);
        } catch (error) {
          if (error instanceof RefusedOrderError) throw error;
          last = String(error);
        }
      }
    }
    throw new Error(`${path}: ${last}`);
  }
}

class RefusedOrderError extends Error {
  override readonly name = 'RefusedOrderError';
}
