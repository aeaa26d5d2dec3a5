import { encodeLiveEvent } from '@elias/contracts';
import { KafkaClient, placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.js';

/** Products that nobody else's figures have. */
export const benchProducts = (base: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${base}${process.pid}X${i}-USD`);

/** Trades of several products as a collector publishes them, as many as are due at a time; `received_at` is when they were made. */
export async function publishTrades(stack: BenchStack, products: readonly string[], perSecond: number, seconds: number): Promise<void> {
  const logger = createLogger({ app: 'bench', level: 'silent' });
  const client = new KafkaClient({ ...stack.kafka, clientId: 'bench-live-feed', logger });
  const producer = client.producer();
  await producer.connect();
  const beganMs = performance.now();
  const last = perSecond * seconds;
  for (let tick = 0; tick < last;) {
    const due = Math.min(last, Math.floor(((performance.now() - beganMs) * perSecond) / 1_000));
    const now = new Date().toISOString();
    const values = { side: 'buy', price: '42000.5', size: '0.125', traded_at: now, told_by: 'feed', received_at: now } as const;
    const trades: OutgoingRecord[] = [];
    while (tick < due) {
      tick += 1;
      for (const product_id of products) {
        trades.push(placeRecord(encodeLiveEvent({ type: 'live.trade', data: { product_id, trade_id: tick, ...values } }, 'bench')));
      }
    }
    if (trades.length > 0) await producer.send(trades);
    else await sleep(1);
  }
  await client.close();
}

/** The value that this share of the values is not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
