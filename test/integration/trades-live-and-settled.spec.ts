import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { decodeLiveEvent, TOPICS } from '@elias/contracts';
import { ensureTopics, KafkaClient } from '@elias/kafka';
import { parseWindowId } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { compareWindows } from '../../apps/cli/src/compare-windows.js';
import { postgresStore, redshiftStore } from '../../apps/cli/src/window-stores.js';
import { ArchiverScene } from '../support/archiver-scene.js';
import { CollectorScene } from '../support/collector-scene.js';
import { RdsLoaderScene } from '../support/rds-loader-scene.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { toldTrades } from '../support/told-trades.js';
import { skipToEnd, TopicTail } from '../support/topic-tail.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

const { brokers } = testStack().kafka;
const GROUP = `test-archiver-${randomBytes(5).toString('hex')}`;
const LIVE_TOPICS = [TOPICS.liveTrades, TOPICS.liveTickers, TOPICS.liveCandles];
/** trades of a product in a second */
const PACE = 40;
/** The simulator's market is of 2024; the live tables keep it. */
const KEEP_MS = String(20 * 365 * 86_400_000);

let exchange: CollectorScene;
let archives: ArchiverScene;
let loads: RdsLoaderScene;
let warehouse: WarehouseScene;
let live: TopicTail;

beforeAll(async () => {
  [exchange, archives, loads, warehouse] = await Promise.all([
    CollectorScene.open({ SIMULATOR_NOW: '2024-03-01T16:10:00Z' }),
    ArchiverScene.open(GROUP),
    RdsLoaderScene.open(1),
    WarehouseScene.create(),
  ]);
  const kafka = new KafkaClient({ brokers, clientId: 'test-live-and-settled', logger: createLogger({ app: 'test', level: 'silent' }) });
  await ensureTopics(kafka, LIVE_TOPICS);
  await kafka.close();
  await loads.begin();
  await skipToEnd(
    brokers,
    `${loads.group}-live`,
    LIVE_TOPICS.map(({ name }) => name),
  );
  live = await TopicTail.of(brokers, [TOPICS.liveTrades.name]);
  const loader = loads.start('topic', { RDS_LOADER_LIVE: 'on', RDS_LOADER_LIVE_KEEP_MS: KEEP_MS });
  await Promise.all([archives.start(GROUP, { ARCHIVE_PREFIX: warehouse.prefix }), loader].map((service) => service.ready()));
}, 120_000);
afterAll(async () => {
  await Promise.all([exchange, archives, loads, warehouse, live].map((one) => one?.close()));
});

/** A collector that streams, and asks for nothing that the feed left out. */
const collector = (): Promise<ServiceProcess> =>
  exchange.start({
    COLLECTOR_LIVE: 'on',
    COLLECTOR_LIVE_PRODUCTS: exchange.products.join(),
    COLLECTOR_LIVE_FILL_TRADES_MAX: '0',
    COLLECTOR_LIVE_CANDLE_INTERVAL_MS: '0',
    KAFKA_SESSION_TIMEOUT_MS: '6000',
  });

/** Tellings of each trade of a product in the live topic. */
function tellings(product: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const record of live.records) {
    const decoded = record.key === product ? decodeLiveEvent(record) : undefined;
    if (decoded?.kind !== 'ok' || decoded.value.type !== 'live.trade') continue;
    const id = decoded.value.data.trade_id;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

async function more(product: string, trades: number, withinMs = 60_000): Promise<void> {
  const before = tellings(product).size;
  await until(
    () => tellings(product).size >= before + trades,
    withinMs,
    () => `${product}: no ${trades} more trades\n${exchange.outputs()}`,
  );
}

it('whatever the feed does and whoever is killed, what settled is what the exchange made, and what the live plane lost is written down', async () => {
  const [first, second] = exchange.products as [string, string];
  const streaming = await collector();
  for (const product_id of exchange.products) await exchange.order('feed-load', { product_id, per_second: PACE });
  for (const product of exchange.products) await more(product, 20);
  for (const kind of ['drop', 'double', 'reorder']) {
    await exchange.order('feed-faults', { kind, times: 6, every: 5, match: first });
    await more(first, 60);
  }
  await exchange.order('feed-faults', { kind: 'cut', times: 1, match: second });
  await more(second, 60);
  await exchange.order('feed-faults', { kind: 'cut_all', times: 1, match: second });
  await more(second, 60);
  await exchange.order('feed-faults', { kind: 'stall', times: 1, ms: 3_000, match: second });
  await more(second, 60);
  streaming.kill('SIGKILL');
  await streaming.exited;
  await collector();
  for (const product of exchange.products) await more(product, 60, 90_000);
  for (const product_id of exchange.products) await exchange.order('feed-load', { product_id, per_second: 0 });
  await sleep(1_000);

  const told = new Map(exchange.products.map((product) => [product, tellings(product)]));
  const stored = async (): Promise<Record<string, unknown>[]> =>
    loads.database.sql(
      `SELECT product_id, count(*)::int AS trades, sum(cardinality(told_offsets))::int AS tellings FROM live.trades
       WHERE product_id = ANY ($1) GROUP BY product_id ORDER BY product_id`,
      [exchange.products],
    );
  const wanted = [...told].map(([product_id, counts]) => {
    return { product_id, trades: counts.size, tellings: [...counts.values()].reduce((sum, count) => sum + count, 0) };
  });
  await until(
    async () => JSON.stringify(await stored()) === JSON.stringify(wanted),
    30_000,
    () => `the live rows are not those of the topic\n${loads.outputs()}`,
  );

  await exchange.order('clock', { advance_ms: 3_600_000 });
  const ids = exchange.products.map((product) => `trades/${product}/2024-03-01T16`);
  await exchange.answered(await exchange.requestAll(ids));
  await until(
    async () => (await loads.database.sql('SELECT FROM market.feed_quality WHERE window_id = ANY ($1)', [ids])).length === ids.length,
    60_000,
    () => `not loaded\n${loads.outputs()}`,
  );
  const sealed = (): typeof archives.answers.sealed => archives.sealedIn(warehouse.prefix).filter(({ window }) => ids.includes(window.id));
  await until(
    () => sealed().length >= ids.length,
    60_000,
    () => `not archived\n${archives.outputs()}`,
  );
  await warehouse.loader().deliver(...sealed().map((event) => ({ sealed: event })));
  const compared = await compareWindows(ids, {
    ...{ bucket: warehouse.objects, prefix: warehouse.prefix },
    ...{ redshift: redshiftStore(warehouse.data), rds: postgresStore(loads.database.pool(4)) },
  });
  expect(compared.map(({ error, equal }) => [error, equal])).toEqual(ids.map(() => [null, true]));

  let missed = 0;
  for (const id of ids) {
    const window = parseWindowId(id);
    const lines = await toldTrades(await exchange.exchangeUrl(), window.productId, window);
    const twin = gunzipSync(await warehouse.objects.get(twinKey(warehouse.prefix, window))).toString();
    expect(twin.split('\n').slice(1, -1)).toEqual(lines);
    const published = exchange.tradeWindows.find(({ facts }) => facts.window.productId === window.productId)!;
    expect(published.facts.rowCount).toBe(lines.length);
    const counts = told.get(window.productId)!;
    const settled = lines.map((line) => Number(line.split(',')[1]));
    const lost = settled.filter((trade) => !counts.has(trade));
    const [quality] = await loads.database.sql(
      `SELECT settled, missed, late, doubled, altered, unsettled, ARRAY(SELECT i::int FROM unnest(missed_ids) AS r,
         generate_series(lower(r), upper(r) - 1) AS i) AS ids FROM market.feed_quality WHERE window_id = $1`,
      [id],
    );
    const doubled = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    expect(quality).toEqual({ settled: lines.length, missed: lost.length, late: 0, doubled, altered: 0, unsettled: 0, ids: lost });
    missed += lost.length;
  }
  // what was traded before anybody listened, while a feed was cut or stood still, and while the killed one was not replaced
  expect(missed).toBeGreaterThan(100);
}, 300_000);
