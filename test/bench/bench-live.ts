import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_PRODUCT_IDS } from '@elias/market-data';
import { v7 as uuidv7 } from 'uuid';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { Figure } from './figures.js';

/** A trade is two messages of the feed: a match and a ticker. */
const MESSAGES_PER_TRADE = 2;
const RSS_MIB_MAX = 250;

/** The live plane against the simulator's feed: how long a message takes to Kafka's acknowledgement, whether any is lost, memory. */
export async function benchLive(stack: BenchStack): Promise<Figure[]> {
  return [...(await atRate(stack, 5_000, 60)), ...(await atRate(stack, 15_000, 20))];
}

async function atRate(stack: BenchStack, messagesPerSecond: number, seconds: number): Promise<Figure[]> {
  const simulator = new BenchProcess('apps/exchange-simulator/src/main.js', { SIMULATOR_RATE_LIMIT: 'off', LOG_LEVEL: 'error' });
  const url = await simulator.url();
  const collector = new BenchProcess('apps/collector/src/main.js', {
    ...appEnvironment(stack),
    EXCHANGE_URL: url,
    EXCHANGE_REQUESTS_PER_SECOND: '0',
    COLLECTOR_GROUP: `bench-live-${uuidv7()}`,
    COLLECTOR_LIVE_CANDLE_INTERVAL_MS: '0',
  });
  const products = DEFAULT_PRODUCT_IDS;
  for (; (await collector.metric('elias_collector_feed_products')) < products.length; await sleep(100));
  const load = async (perSecond: number): Promise<void> => {
    for (const product_id of products) await order(url, 'feed-load', { product_id, per_second: perSecond });
  };
  const published = (): Promise<number> => collector.metric('elias_collector_live_published_total');
  const before = { published: await published(), latencies: await latencies(collector), cpu: collector.cpuSeconds() ?? 0 };
  const beganAtMs = performance.now();
  await load(Math.round(messagesPerSecond / MESSAGES_PER_TRADE / products.length));
  await sleep(seconds * 1_000);
  await load(0);
  const elapsed = (performance.now() - beganAtMs) / 1_000;
  // what is under way still arrives
  for (let last = -1, now = await published(); now !== last; [last, now] = [now, await published()]) await sleep(1_500);
  const sent = (await published()) - before.published;
  const lost = await collector.metric('elias_collector_feed_dropped_total');
  const missed = await collector.metric('elias_collector_feed_trades_total{what="missing"}');
  const cpu = ((collector.cpuSeconds() ?? 0) - before.cpu) / elapsed;
  const p99 = quantile(0.99, before.latencies, await latencies(collector));
  const rss = collector.rssPeakMib();
  await collector.stop();
  await simulator.stop();
  const name = `live plane at ${messagesPerSecond.toLocaleString('en')} messages/s for ${seconds} s`;
  const target = messagesPerSecond <= 5_000 ? { target: { atMost: 50 } } : {};
  return [
    {
      name: `${name}: from the feed to Kafka's acknowledgement, p99`,
      unit: 'ms',
      runs: [p99 * 1_000],
      ...target,
      note: `${Math.round(sent / elapsed).toLocaleString('en')} events/s; ${lost} dropped, ${missed} missing; ${Math.round(cpu * 100)} % of a CPU`,
    },
    ...(rss === null
      ? []
      : [{ name: `${name}: largest memory of the collector`, unit: 'MiB', runs: [rss], target: { atMost: RSS_MIB_MAX } }]),
  ];
}

async function order(url: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/_simulator/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Counts of the histogram's buckets, by their upper bound in seconds, each with all below it. */
async function latencies(collector: BenchProcess): Promise<Map<number, number>> {
  const text = await collector.get('/metrics');
  const buckets = [...text.matchAll(/^elias_collector_live_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)];
  return new Map(buckets.map(([, bound, count]) => [bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(count)]));
}

/** Between the bounds of its bucket as if evenly spread, as Prometheus reckons it. */
function quantile(part: number, before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  const counts = [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const).sort(([a], [b]) => a - b);
  const wanted = part * (counts.at(-1)?.[1] ?? 0);
  let [lower, below] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= wanted && count > below)
      return Number.isFinite(bound) ? lower + (bound - lower) * ((wanted - below) / (count - below)) : lower;
    [lower, below] = [bound, count];
  }
  return lower;
}
