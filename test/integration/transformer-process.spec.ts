import { decodeWindowFacts, deadLetterTopic, encodeEvent, TOPICS } from '@elias/contracts';
import type { ControlEvent, EncodedRecord, EventType } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import type { Candle } from '@elias/market-data';
import { candleWindowAt } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import type { MadeTelling } from '../support/made-telling.js';
import { ServiceProcess, until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { toldCandles } from '../support/told-candles.js';
import { skipToEnd, TopicTail } from '../support/topic-tail.js';

const DAY = 86_400_000;
const DAYS = Array.from({ length: 12 }, (_, i) => Date.UTC(2023, 2, 1) + i * DAY);
const PRODUCTS = ['TPA-USD', 'TPB-USD', 'TPC-USD'];
/** each day's stats of each product, and its three tables */
const WINDOWS = DAYS.length * (PRODUCTS.length + 3);
const logger = createLogger({ app: 'test', level: 'silent' });
const { kafka } = testStack();
const client = new KafkaClient({ brokers: kafka.brokers, clientId: 'test-transformer', logger });
const bucket = testBucket();
const processes: ServiceProcess[] = [];
let database: LoaderDatabase;
let tail: TopicTail;

beforeAll(async () => {
  database = await LoaderDatabase.create();
  const { loads, archiveObjects, windowsStats } = TOPICS;
  await ensureTopics(client, [loads, archiveObjects, windowsStats, deadLetterTopic('elias-transformer')]);
  await skipToEnd(kafka.brokers, 'elias-transformer', [loads.name, archiveObjects.name]);
  tail = await TopicTail.of(kafka.brokers, [windowsStats.name]);
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one.end()));
  await tail.close();
  await client.close();
  bucket.close();
  await database.drop();
});

function start(): ServiceProcess {
  const settings = { KAFKA_BROKERS: kafka.brokers.join(','), POSTGRES_URL: database.url, TRANSFORMER_SETTLE_MS: '0' };
  const transformer = new ServiceProcess('transformer', settings);
  processes.push(transformer);
  return transformer;
}

const candle = (startedAtMs: number, price: number, volume: string): Candle => ({
  startedAtMs,
  ...{ open: `${price}`, high: `${price}`, low: `${price}`, close: `${price}`, volume },
});

function tellings(): MadeTelling[] {
  return PRODUCTS.flatMap((productId, product) => {
    const priceOf = (dayMs: number): number => 1_000 + product * 100 - ((dayMs / DAY) % 17);
    const year = candleWindowAt(productId, 86_400, DAYS[0]!);
    const days = Array.from({ length: (year.toMs - year.fromMs) / DAY }, (_, i) => year.fromMs + i * DAY);
    const minutes = (dayMs: number): Candle[] => Array.from({ length: 1_440 }, (_, i) => candle(dayMs + i * 60_000, priceOf(dayMs), '1'));
    return [
      toldCandles(
        year,
        days.map((dayMs) => candle(dayMs, priceOf(dayMs), '1440')),
        `${productId} year`,
      ),
      ...DAYS.map((dayMs) => toldCandles(candleWindowAt(productId, 60, dayMs), minutes(dayMs), `${productId} ${dayMs}`)),
    ];
  });
}

const count = async (table: string): Promise<number> =>
  Number((await database.sql(`SELECT count(*) AS n FROM pipeline.${table}`))[0]!['n']);

function recordOf({ type, data }: ControlEvent): EncodedRecord {
  return encodeEvent(type as EventType, data as never, 'test');
}

it('killed with -9 again and again, it publishes every window that was owed, the last of each the one that counts', async () => {
  const loader = new LoaderByHand('topic', database.pool(2), bucket, 'transformer-process');
  for (const telling of tellings()) await loader.deliver({ telling });
  const producer = client.producer();
  await producer.connect();

  let transformer = start();
  await transformer.ready();
  await producer.send(loader.told.map((event) => placeRecord(recordOf(event))));
  for (const least of [1, WINDOWS / 4, WINDOWS / 2]) {
    await until(
      async () => (await count('transforms')) >= least,
      90_000,
      () => `fewer than ${least} windows are computed:\n${transformer.output.slice(-2_000)}`,
    );
    transformer.kill('SIGKILL');
    expect((await transformer.exited).signal).toBe('SIGKILL');
    transformer = start();
  }
  await until(
    async () => (await count('transforms')) === WINDOWS && (await count('transform_marks')) === 0 && (await count('outbox')) === 0,
    120_000,
    () => `not everything is computed and sent:\n${transformer.output.slice(-2_000)}`,
  );

  const last = new Map<string, string>();
  const told = await database.sql('SELECT window_id, collection_id::text AS collection_id FROM pipeline.transforms ORDER BY window_id');
  await until(
    () => {
      for (const record of tail.records) {
        const facts = decodeWindowFacts(record);
        if (facts.kind === 'ok' && told.some(({ window_id }) => window_id === record.key))
          last.set(record.key!, facts.value.revision.collectionId);
      }
      return last.size === WINDOWS;
    },
    30_000,
    () => `${last.size} of ${WINDOWS} windows were published`,
  );
  expect(Object.fromEntries(last)).toEqual(Object.fromEntries(told.map((row) => [row['window_id'], row['collection_id']])));

  transformer.kill('SIGTERM');
  expect(await transformer.exited).toEqual({ code: 0, signal: null });
}, 300_000);
