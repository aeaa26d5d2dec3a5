import { setTimeout as sleep } from 'node:timers/promises';
import { benchProducts, publishTrades } from './bench-live-feed.js';
import { BenchProcess } from './bench-process.js';
import { appEnvironment } from './bench-stack.js';
import type { BenchStack } from './bench-stack.js';
import type { Figure } from './figures.js';

const CLIENTS = 200;
const PRODUCTS = 20;
const PER_SECOND = 100;
const SECONDS = 20;

interface ClientsResult {
  received: number;
  wrong: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** 200 clients, each told the 100 trades a second of one product, while 20 products are published. */
export async function benchGateway(stack: BenchStack): Promise<Figure[]> {
  const gateway = new BenchProcess('apps/gateway/src/main.js', appEnvironment(stack));
  const products = benchProducts('GW', PRODUCTS);
  const each = PER_SECOND * SECONDS;
  const args = [await gateway.url(), CLIENTS, each, ...products].map(String);
  const clients = new BenchProcess('test/bench/gateway-clients.js', {}, args);
  for (const deadline = Date.now() + 60_000; (await gateway.metric('elias_gateway_clients')) < CLIENTS; await sleep(200)) {
    if (Date.now() > deadline) throw new Error('the clients of the gateway did not come');
  }
  await sleep(1_000);
  const [cpuBefore, beganMs] = [gateway.cpuSeconds() ?? 0, performance.now()];
  await publishTrades(stack, products, PER_SECOND, SECONDS);
  const { received, wrong, p50Ms, p99Ms, maxMs } = await clients.result<ClientsResult>();
  const cpu = ((gateway.cpuSeconds() ?? 0) - cpuBefore) / ((performance.now() - beganMs) / 1_000);
  const peak = gateway.rssPeakMib() ?? Number.NaN;
  await gateway.stop();
  const missing = CLIENTS * each - received;
  return [
    {
      name: `gateway, ${CLIENTS} clients at ${PER_SECOND} messages/s each, made to arrived, p99`,
      unit: 'ms',
      runs: [p99Ms],
      note: `p50 ${p50Ms} ms, at most ${maxMs} ms; the gateway used ${(cpu * 100).toFixed(0)} % of a core`,
    },
    { name: 'gateway, messages that did not arrive, or not in order', unit: 'messages', runs: [missing + wrong], target: { atMost: 0 } },
    { name: 'gateway, peak resident memory', unit: 'MiB', runs: [peak] },
  ];
}
