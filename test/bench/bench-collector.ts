import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvent, TOPICS, windowToWire } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import { candleWindowAt, DEFAULT_PRODUCT_IDS, formatInstant } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { counted } from './bench-archiver.js';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { Figure } from './figures.js';

const PAGES_PER_DAY = 5;
const ALLOWANCE_PER_SECOND = 10;
const DAY_MS = 86_400_000;

/** The collector against the simulator: with its limit on, how much of the allowance is used; with it off, how fast it is. */
export async function benchCollector(stack: BenchStack): Promise<Figure[]> {
  return [await withLimit(stack), await withoutLimit(stack)];
}

interface Requests {
  total: number;
  by_status: Record<string, number>;
  first_at: string | null;
  last_at: string | null;
}

async function withLimit(stack: BenchStack): Promise<Figure> {
  const days = 8;
  const { windows, requests } = await collect(stack, days, { SIMULATOR_RATE_LIMIT: 'on' }, {});
  const seconds = (Date.parse(requests.last_at!) - Date.parse(requests.first_at!)) / 1_000;
  return {
    name: `collector, limit on, ${windows} windows: part of the allowance that was used`,
    unit: 'of 1',
    // the bucket is empty after a join, so the burst does not count
    runs: [(requests.total - 1) / (seconds * ALLOWANCE_PER_SECOND)],
    note: `${requests.total} requests in ${seconds.toFixed(1)} s, ${requests.by_status['429'] ?? 0} times 429; wanted 0.98 or more and none`,
  };
}

async function withoutLimit(stack: BenchStack): Promise<Figure> {
  const { candles, seconds } = await collect(stack, 40, { SIMULATOR_RATE_LIMIT: 'off' }, { EXCHANGE_REQUESTS_PER_SECOND: '0' });
  return { name: 'collector, limit off, made data (the simulator beside it)', unit: 'candles/s', runs: [candles / seconds] };
}

async function collect(
  stack: BenchStack,
  days: number,
  simulatorEnv: Record<string, string>,
  collectorEnv: Record<string, string>,
): Promise<{ windows: number; candles: number; seconds: number; requests: Requests }> {
  const simulator = new BenchProcess('apps/exchange-simulator/src/main.js', { ...simulatorEnv, LOG_LEVEL: 'error' });
  const url = await simulator.url();
  const windows = await request(stack, days);
  const collector = new BenchProcess('apps/collector/src/main.js', {
    ...appEnvironment(stack),
    ...collectorEnv,
    EXCHANGE_URL: url,
    COLLECTOR_LIVE: 'off',
    COLLECTOR_GROUP: `bench-collector-${uuidv7()}`,
  });
  for (; (await collector.metric('elias_collector_windows_total')) === 0; await sleep(20));
  const [startedMs, before] = [performance.now(), await collector.metric('elias_collector_periods_total{state="present"}')];
  await counted(collector, 'elias_collector_windows_total', windows, (windows * PAGES_PER_DAY * 1_000) / ALLOWANCE_PER_SECOND + 120_000);
  const seconds = (performance.now() - startedMs) / 1_000;
  const candles = (await collector.metric('elias_collector_periods_total{state="present"}')) - before;
  const requests = JSON.parse(await simulator.get('/_simulator/requests')) as Requests;
  await collector.stop();
  await simulator.stop();
  return { windows, candles, seconds, requests };
}

/** Asks for the latest whole days of every default product. */
async function request(stack: BenchStack, days: number): Promise<number> {
  const kafka = new KafkaClient({
    brokers: stack.kafka.brokers,
    clientId: 'bench',
    logger: createLogger({ app: 'bench', level: 'error' }),
  });
  await ensureTopics(kafka, [TOPICS.collectionRequests, TOPICS.collectionResults, TOPICS.windowsCandles]);
  const producer = kafka.producer();
  await producer.connect();
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const runId = uuidv7();
  const events = Array.from({ length: days }, (_, day) =>
    DEFAULT_PRODUCT_IDS.map((id) =>
      encodeEvent(
        'collection.requested',
        {
          request_id: uuidv7(),
          run_id: runId,
          origin: 'backfill',
          window: windowToWire(candleWindowAt(id, 60, today - (day + 1) * DAY_MS)),
          attempt: 1,
          best_known: null,
          requested_at: formatInstant(today),
        },
        'bench',
      ),
    ),
  ).flat();
  await producer.send(events.map(placeRecord));
  await producer.disconnect();
  await kafka.close();
  return events.length;
}
