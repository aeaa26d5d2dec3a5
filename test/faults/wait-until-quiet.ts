import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DrillStack } from './drill-stack.js';

const LOOK_MS = 200;

/**
 * Waits until nothing is under way: every service is ready, each group has committed whatever there is, nothing waits to be sent.
 * @throws Error with what is not quiet
 */
export async function waitUntilQuiet(stack: DrillStack, withinMs: number): Promise<void> {
  let noise = '';
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await sleep(LOOK_MS)) {
    noise = await noiseOf(stack).catch((error: unknown) => String(error));
    if (noise === '') return;
  }
  throw new Error(`it did not get quiet within ${withinMs / 1_000} s: ${noise}`);
}

/** What is under way; nothing when it is quiet. */
async function noiseOf(stack: DrillStack): Promise<string> {
  for (const [name, service] of stack.services) if (!(await service.isReady())) return `${name} is not ready`;
  for (const { group, topics } of stack.groups()) {
    const committed = await stack.kafka.fetchOffsets(group, topics);
    for (const topic of topics) {
      for (const { partition, high } of await stack.kafka.endOffsets(topic)) {
        const { offset = null } = committed.find((one) => one.topic === topic && one.partition === partition) ?? {};
        const left = BigInt(high) - BigInt(offset ?? 0);
        if (left > 0n) return `${group} has ${left} records of ${topic}[${partition}] to go`;
      }
    }
  }
  return (await waiting(stack.addresses.postgres.url)) > 0 ? 'the outbox is not empty' : '';
}

async function waiting(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ waiting: string }>('SELECT count(*) AS waiting FROM pipeline.outbox');
    return Number(rows[0]?.waiting ?? 0);
  } finally {
    await client.end();
  }
}
