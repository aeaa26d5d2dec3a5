import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import type { Browser, Page } from 'playwright-core';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import { appEnvironment } from './bench-stack.js';
import type { Figure } from './figures.js';
import { browserFile, openBrowser } from './find-browser.js';

const RUNS = 7;
const PRODUCT = 'BENCHPAGE-USD';
const DAY = '2023-12-01';
const MINUTES = 1_440;
const logger = createLogger({ app: 'bench', level: 'error' });

/** What a person waits for in a browser that was never there: the first paint of the overview, and a drawn day of candles. */
export async function benchDashboard(stack: BenchStack): Promise<Figure[]> {
  if (browserFile === null) return [];
  await migratePostgres(stack.postgres.url, logger);
  const postgres = new Postgres({ url: stack.postgres.url, applicationName: 'bench', logger });
  await postgres.query('DELETE FROM market.candles WHERE product_id = $1', [PRODUCT]);
  await postgres.query(
    `INSERT INTO market.candles
     SELECT $1, 60, timestamptz '${DAY}Z' + m * interval '1 minute', 37710.54 + m % 97, 37714.98 + m % 97, 37693.91 + m % 97, 37700.19 + m % 97, 9.7
     FROM generate_series(0, ${MINUTES - 1}) m`,
    [PRODUCT],
  );
  const settings = {
    ORCHESTRATOR_SCHEDULE: 'off',
    ORCHESTRATOR_GROUP: `bench-dashboard-${process.pid}`,
    EXCHANGE_URL: 'http://127.0.0.1:9',
  };
  const orchestrator = new BenchProcess('apps/orchestrator/src/main.js', { ...appEnvironment(stack), ...settings });
  const url = await orchestrator.url();
  const browser = await openBrowser();
  const [paints, charts]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    paints.push(await inNewBrowser(browser, (page) => firstPaintMs(page, url)));
    charts.push(await inNewBrowser(browser, (page) => drawnMs(page, `${url}/#/products/${PRODUCT}?day=${DAY}`)));
  }
  await browser.close();
  await orchestrator.stop();
  await postgres.query('DELETE FROM market.candles WHERE product_id = $1', [PRODUCT]);
  await postgres.close();
  return [
    {
      name: 'dashboard, first contentful paint of the overview',
      unit: 'ms',
      runs: paints,
      target: { atMost: 1_000 },
      note: 'nothing cached',
    },
    { name: `dashboard, ${MINUTES.toLocaleString('en')} candles drawn, from the address`, unit: 'ms', runs: charts },
  ];
}

async function inNewBrowser<T>(browser: Browser, measure: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  try {
    return await measure(await context.newPage());
  } finally {
    await context.close();
  }
}

/** As the browser itself tells, from the start of the navigation. */
async function firstPaintMs(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page.evaluate<number>(`new Promise((resolve) =>
    new PerformanceObserver((list) => {
      const paint = list.getEntriesByName('first-contentful-paint')[0];
      if (paint !== undefined) resolve(paint.startTime);
    }).observe({ type: 'paint', buffered: true }))`);
}

async function drawnMs(page: Page, url: string): Promise<number> {
  const startedMs = performance.now();
  await page.goto(url);
  await page.locator('.chart canvas').first().waitFor();
  return performance.now() - startedMs;
}
