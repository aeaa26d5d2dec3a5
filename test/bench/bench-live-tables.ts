import { setTimeout as sleep } from 'node:timers/promises';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { benchProducts, percentile, publishTrades } from './bench-live-feed.js';
import { BenchProcess } from './bench-process.js';
import { appEnvironment } from './bench-stack.js';
import type { BenchStack } from './bench-stack.js';
import type { Figure } from './figures.js';

const PRODUCTS = 20;
const PER_SECOND = 100;
const SECONDS = 20;
const LOOK_MS = 20;

/** From a trade's making to its row, as a reader of Postgres sees it that looks every 20 ms. */
export async function benchLiveTables(stack: BenchStack): Promise<Figure[]> {
  const logger = createLogger({ app: 'bench', level: 'silent' });
  await migratePostgres(stack.postgres.url, logger);
  const postgres = new Postgres({ url: stack.postgres.url, applicationName: 'bench', poolSize: 1, logger });
  const loader = new BenchProcess('apps/rds-loader/src/main.js', {
    ...appEnvironment(stack),
    RDS_LOADER_GROUP: `bench-live-tables-${process.pid}`,
  });
  for (const deadline = Date.now() + 60_000; !(await loader.get('/health/ready')).includes('"ready":true'); await sleep(200)) {
    if (Date.now() > deadline) throw new Error(`the loader is not ready: ${await loader.get('/health/ready')}`);
  }
  const products = benchProducts('LT', PRODUCTS);
  const reading = delaysOf(postgres, products, PER_SECOND * SECONDS);
  await publishTrades(stack, products, PER_SECOND, SECONDS);
  const delaysMs = await reading;
  const peak = loader.rssPeakMib() ?? Number.NaN;
  await loader.stop();
  await postgres.query('DELETE FROM live.trades WHERE product_id = ANY ($1)', [products]);
  await postgres.close();
  return [
    {
      name: `live tables, ${PRODUCTS * PER_SECOND} trades/s, made to row, p99`,
      unit: 'ms',
      runs: [percentile(delaysMs, 0.99)],
      target: { atMost: 1_000 },
      note: `p50 ${percentile(delaysMs, 0.5)} ms, at most ${percentile(delaysMs, 1)} ms`,
    },
    { name: 'live tables, peak resident memory of rds-loader', unit: 'MiB', runs: [peak] },
  ];
}

/** Reads each product's rows as they come. @returns the delay of every trade, ms */
async function delaysOf(postgres: Postgres, products: readonly string[], each: number): Promise<number[]> {
  const last = new Map(products.map((product) => [product, 0]));
  const delaysMs: number[] = [];
  for (const deadline = performance.now() + 120_000; delaysMs.length < products.length * each; await sleep(LOOK_MS)) {
    if (performance.now() > deadline) throw new Error(`${delaysMs.length} of ${products.length * each} trades are there`);
    const rows = await postgres.query<{ product_id: string; trade_id: string; received_at: Date }>(
      `SELECT t.product_id, t.trade_id, t.received_at FROM unnest($1::text[], $2::bigint[]) AS l (product_id, trade_id)
       JOIN live.trades t ON t.product_id = l.product_id AND t.trade_id > l.trade_id ORDER BY t.trade_id`,
      [[...last.keys()], [...last.values()]],
    );
    const seenAtMs = Date.now();
    for (const { product_id, trade_id, received_at } of rows) {
      delaysMs.push(seenAtMs - received_at.getTime());
      last.set(product_id, Number(trade_id));
    }
  }
  return delaysMs;
}
