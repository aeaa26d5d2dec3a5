import { z } from 'zod';
import type { ServiceView } from './service-answers.js';

/** How long a service may take to tell how it is. */
const ANSWER_MS = 1_500;

const report = z.object({
  ready: z.boolean(),
  reasons: z.array(z.object({ check: z.string(), reason: z.string() })).default([]),
});
const live = z.object({ app: z.string() });

export type Health = Pick<ServiceView, 'health' | 'reasons'>;
export type ExchangeKind = 'coinbase' | 'simulator' | 'other';

/** What a service tells of itself. It never throws. @param url none of a service whose address is not known */
export async function healthAt(url: string | undefined): Promise<Health> {
  if (url === undefined) return { health: 'unknown', reasons: [] };
  try {
    return healthOf(report.parse(await ask(`${url.replace(/\/$/, '')}/health/ready`)));
  } catch (error) {
    return { health: 'unreachable', reasons: [error instanceof z.ZodError ? 'it answers something else' : 'it does not answer'] };
  }
}

/** A report of readiness as readers are told it. */
export function healthOf({ ready, reasons }: z.output<typeof report>): Health {
  return { health: ready ? 'ready' : 'not_ready', reasons: reasons.map(({ check, reason }) => `${check}: ${reason}`) };
}

/** What stands behind the exchange's address. The simulator is told from others by its own answer; Coinbase is not asked. */
export async function exchangeKindOf(url: string): Promise<ExchangeKind> {
  const { hostname, origin } = new URL(url);
  if (hostname === 'coinbase.com' || hostname.endsWith('.coinbase.com')) return 'coinbase';
  try {
    return live.parse(await ask(`${origin}/health/live`)).app === 'exchange-simulator' ? 'simulator' : 'other';
  } catch {
    return 'other';
  }
}

async function ask(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
  return response.json();
}
