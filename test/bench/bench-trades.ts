import { encodeEvent, TOPICS, windowToWire } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import { formatInstant, tradeWindowAt } from '@elias/market-data';
import { migratePostgres, Postgres } from '@elias/postgres';
import { migrateRedshift, RedshiftData } from '@elias/redshift';
import { createLogger } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { counted } from './bench-archiver.js';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { Figure } from './figures.js';

/** A million trades in an hour, and a few. */
const TRADES_PER_SECOND = 280;
const TRADES = TRADES_PER_SECOND * 3_600;
const NOW = '2024-03-01T15:30:00Z';
const WINDOW = tradeWindowAt('BTC-USD', 3_600, Date.parse('2024-03-01T16:00:00Z'));
const RSS_MIB_MAX = 250;
const logger = createLogger({ app: 'bench', level: 'error' });

/** One hour of a million trades through every stage, one after the other: how fast, and in how much memory. */
export async function benchTrades(stack: BenchStack): Promise<Figure[]> {
  const { postgres: urls, s3 } = stack;
  await migratePostgres(urls.url, logger);
  const postgres = new Postgres({ url: urls.url, applicationName: 'bench', logger });
  const empty = (): Promise<unknown> => postgres.query('TRUNCATE market.trades, market.load_ledger');
  const environment = { ...appEnvironment(stack), ARCHIVE_PREFIX: `bench-trades-${process.pid}` };
  const group = `bench-trades-${process.pid}`;
  const figures: Figure[] = [];
  const simulator = new BenchProcess('apps/exchange-simulator/src/main.js', {
    SIMULATOR_RATE_LIMIT: 'off',
    SIMULATOR_NOW: NOW,
    LOG_LEVEL: 'error',
  });
  const emulator = new BenchProcess('apps/redshift-emulator/src/main.js', {
    ...{ EMULATOR_POSTGRES_URL: urls.redshift_url, S3_ENDPOINT: s3.endpoint, AWS_REGION: s3.region, LOG_LEVEL: 'error' },
    ...{ AWS_ACCESS_KEY_ID: s3.access_key_id, AWS_SECRET_ACCESS_KEY: s3.secret_access_key },
  });
  try {
    const exchange = await simulator.url();
    await order(exchange, 'feed-load', { product_id: WINDOW.productId, per_second: TRADES_PER_SECOND });
    await order(exchange, 'clock', { advance_ms: 2 * 3_600_000 });
    await request(stack);
    const collecting = { EXCHANGE_URL: exchange, EXCHANGE_REQUESTS_PER_SECOND: '0', COLLECTOR_LIVE: 'off', COLLECTOR_GROUP: group };
    figures.push(...(await stage('collector', { ...environment, ...collecting }, 'elias_collector_trades_total', TRADES)));
    figures.push(...(await stage('archiver', { ...environment, ARCHIVER_GROUP: group }, 'elias_archiver_windows_total', 1)));
    for (const source of ['topic', 'archive']) {
      await empty();
      const loading = { RDS_LOADER_SOURCE: source, RDS_LOADER_GROUP: `${group}-${source}`, RDS_LOADER_LIVE: 'off' };
      figures.push(
        ...(await stage('rds-loader', { ...environment, ...loading }, 'elias_rds_loader_rows_total', TRADES, ` from ${source}`)),
      );
    }
    process.env['AWS_ACCESS_KEY_ID'] = s3.access_key_id;
    process.env['AWS_SECRET_ACCESS_KEY'] = s3.secret_access_key;
    const endpoint = await emulator.url();
    const data = new RedshiftData({ region: s3.region, target: { database: 'dev', workgroup: 'elias' }, endpoint });
    await migrateRedshift(data, logger);
    data.close();
    const warehouse = { REDSHIFT_DATABASE: 'dev', REDSHIFT_WORKGROUP: 'elias', AWS_ENDPOINT_URL_REDSHIFT_DATA: endpoint };
    const loading = { ...warehouse, WAREHOUSE_LOADER_GROUP: group, WAREHOUSE_LOAD_INTERVAL_MS: '0' };
    figures.push(...(await stage('warehouse-loader', { ...environment, ...loading }, 'elias_warehouse_loader_windows_total', 1)));
  } finally {
    await simulator.stop();
    await emulator.stop();
    await postgres.close();
  }
  return figures;
}

/** One service over the window, until its counter says that it is through; its start is not counted. */
async function stage(app: string, env: Record<string, string>, metric: string, value: number, from = ''): Promise<Figure[]> {
  const service = new BenchProcess(`apps/${app}/src/main.js`, env);
  await service.url();
  const startedMs = performance.now();
  await counted(service, metric, value);
  const seconds = (performance.now() - startedMs) / 1_000;
  const peak = service.rssPeakMib() ?? Number.NaN;
  await service.stop();
  const name = `${app}${from}, an hour of ${TRADES.toLocaleString('en')} trades`;
  return [
    { name: `${name}, join of the group included`, unit: 'trades/s', runs: [TRADES / seconds] },
    { name: `${name}, peak resident memory`, unit: 'MiB', runs: [peak], target: { atMost: RSS_MIB_MAX } },
  ];
}

async function order(exchange: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${exchange}/_simulator/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
}

async function request(stack: BenchStack): Promise<void> {
  const kafka = new KafkaClient({ brokers: stack.kafka.brokers, clientId: 'bench', logger });
  await ensureTopics(kafka, Object.values(TOPICS));
  const asked = { request_id: uuidv7(), run_id: uuidv7(), origin: 'backfill', attempt: 1, best_known: null } as const;
  const requested_at = formatInstant(WINDOW.toMs);
  await kafka
    .producer()
    .send([placeRecord(encodeEvent('collection.requested', { ...asked, window: windowToWire(WINDOW), requested_at }, 'bench'))]);
  await kafka.close();
}
