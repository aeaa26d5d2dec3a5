import type { DayRow } from '@elias/archive';
import { dayWindowAt } from '@elias/market-data';
import type { z } from 'zod';
import { coverageAnswer, gapsAnswer, productsAnswer } from '../../apps/orchestrator/src/pipeline/coverage-answers.js';
import { gridAnswer } from '../../apps/orchestrator/src/pipeline/grid-reads.js';
import { ApiScene } from '../support/api-scene.js';
import { madeDay } from '../support/made-day.js';
import { madeId, madeTelling } from '../support/made-telling.js';

let scene: ApiScene;

const whole = Array.from({ length: 1_440 }, (_, minute) => minute);
const statsRow = (date: string, product_id: string, close: string): DayRow => ({
  ...{ product_id, as_of_date: date, close, close_date: date, volume: '12.5', return_1d: '-0.25', partial: false, mismatch: false },
  ...{
    present_minutes: 1_440,
    no_trade_minutes: 0,
    unknown_minutes: 0,
    open_minutes: 0,
    definition_version: 1,
    inputs_hash: 'a'.repeat(64),
  },
});

/** What the API answered, as its schema has it. */
async function ask<T extends z.ZodType>(url: string, answer: T): Promise<z.output<T>> {
  const { status, json } = await scene.get(url);
  expect({ status, url }).toEqual({ status: 200, url });
  return answer.parse(json);
}

beforeAll(async () => {
  scene = await ApiScene.open();
  for (const [productId, day, minutes, unknown] of [
    ['AAA-USD', '2023-12-01', whole, []],
    ['AAA-USD', '2023-12-03', [0, 1, 5], [2, 3]],
    ['AAA-USD0', '2023-12-02', whole, []],
    ['BBB-USD', '2023-12-02', whole, []],
  ] as const) {
    await scene.loader.deliver({ telling: madeTelling({ productId, day, telling: `${productId} ${day}`, minutes, unknown }) });
  }
  for (const [date, close] of [
    ['2023-12-02', '1'],
    ['2023-12-03', '37710.54'],
  ] as const) {
    const window = dayWindowAt('asset_stats_daily', 'AAA-USD', Date.parse(`${date}T00:00:00Z`));
    await scene.loader.deliver({ telling: madeDay(window, [statsRow(date, 'AAA-USD', close)], `stats ${date}`) });
  }
  const [older, newer] = [madeId('1'), madeId('2')].sort() as [string, string];
  await scene.run({ runId: older, windows: ['candles/60/AAA-USD/2023-12-03', 'candles/60/CCC-USD/2023-12-04'], state: 'failed' });
  await scene.run({ runId: newer, windows: ['candles/60/AAA-USD/2023-12-03', 'candles/86400/AAA-USD/2023'] });
  await scene.postgres.query(
    `INSERT INTO market.products (product_id, as_of_date, base_currency, quote_currency, status) VALUES
       ('AAA-USD', '2023-12-02', 'AAA', 'USD', 'delisted'), ('AAA-USD', '2023-12-03', 'AAA', 'USD', 'online')`,
  );
  await scene.postgres.query(`UPDATE pipeline.runs SET late_at = now() WHERE run_id = $1`, [older]);
  await scene.postgres.query(
    `INSERT INTO pipeline.checks (date, name, product_id, outcome, detail, run_id) VALUES
       ('2023-12-01', 'halt', '_all', 'warned', '{}', $1), ('2023-12-02', 'halt', '_all', 'passed', '{}', $1), ('2023-12-02', 'volume', '_all', 'failed', '{}', $1)`,
    [newer],
  );
});
afterAll(() => scene.close());

it('products with the days that are loaded and the latest stats', async () => {
  const { products } = await ask('/products', productsAnswer);
  expect(products.map(({ last_loaded_at: _, ...product }) => product)).toEqual([
    {
      ...{ product_id: 'AAA-USD', first_day: '2023-12-01', last_day: '2023-12-03', day_windows: 2 },
      ...{ last_close: '37710.54', last_volume_24h: '12.5', change_24h: '-0.25' },
      ...{ status: 'online', base_currency: 'AAA', quote_currency: 'USD' },
    },
    {
      ...{ product_id: 'AAA-USD0', first_day: '2023-12-02', last_day: '2023-12-02', day_windows: 1 },
      ...{ last_close: null, last_volume_24h: null, change_24h: null },
      ...{ status: null, base_currency: null, quote_currency: null },
    },
    expect.objectContaining({ product_id: 'BBB-USD', day_windows: 1 }),
  ]);
  expect(Date.now() - Date.parse(products[0]!.last_loaded_at!)).toBeLessThan(600_000);
});

it('coverage tells each day of each product: whole, partial or missing, and a suspected halt', async () => {
  const { coverage } = await ask('/coverage?from=2023-11-30&to=2023-12-10', coverageAnswer);
  expect(
    coverage.map(({ product_id, date, condition, halt_suspected }) => `${product_id} ${date} ${condition}${halt_suspected ? ' halt' : ''}`),
  ).toEqual([
    'AAA-USD 2023-12-01 available halt',
    'AAA-USD 2023-12-02 missing',
    'AAA-USD 2023-12-03 partial',
    'AAA-USD0 2023-12-02 available',
    'BBB-USD 2023-12-02 available',
    'CCC-USD 2023-12-04 missing',
  ]);
  expect(coverage[2]).toMatchObject({
    ...{ candles: 3, no_trade: 1_435, unknown: 2, open: 0, open_ranges: [] },
    unknown_ranges: [{ from: '2023-12-03T00:02:00Z', to: '2023-12-03T00:04:00Z' }],
  });
  const one = await ask('/coverage?from=2023-12-02&to=2023-12-02&product=AAA-USD', coverageAnswer);
  expect(one.coverage).toMatchObject([{ product_id: 'AAA-USD', condition: 'missing', unknown: 1_440, changed_at: null }]);
  expect(await ask('/coverage?from=2023-12-02&to=2023-12-02&product=ZZZ-USD', coverageAnswer)).toEqual({ coverage: [] });
});

it('gaps of a day by why', async () => {
  const { gaps } = await ask('/gaps?product=AAA-USD&date=2023-12-03', gapsAnswer);
  expect(gaps).toEqual([
    { class: 'unknown', from: '2023-12-03T00:02:00Z', to: '2023-12-03T00:04:00Z' },
    { class: 'no_trade', from: '2023-12-03T00:04:00Z', to: '2023-12-03T00:05:00Z' },
    { class: 'no_trade', from: '2023-12-03T00:06:00Z', to: '2023-12-04T00:00:00Z' },
  ]);
  expect(await ask('/gaps?product=AAA-USD&date=2023-12-01', gapsAnswer)).toEqual({ gaps: [] });
  expect((await ask('/gaps?product=AAA-USD&date=2023-12-02', gapsAnswer)).gaps).toMatchObject([{ class: 'unknown' }]);
});

it('the grid has the newest task of each day of minutes', async () => {
  const grid = await ask('/grid?days=2', gridAnswer);
  expect(grid).toMatchObject({ dates: ['2023-12-03', '2023-12-04'], products: ['AAA-USD', 'CCC-USD'] });
  expect(grid.cells.map(({ product_id, date, state, late }) => `${product_id} ${date} ${state} ${late}`)).toEqual([
    'AAA-USD 2023-12-03 succeeded false',
    'CCC-USD 2023-12-04 failed true',
  ]);
  expect(await ask('/grid?days=3&to=2023-11-30', gridAnswer)).toEqual({
    dates: ['2023-11-28', '2023-11-29', '2023-11-30'],
    products: [],
    cells: [],
  });
});

it.each([
  ['/products?x=1', 'query'],
  ['/coverage?from=2023-12-01', 'to'],
  ['/coverage?from=2023-12-02&to=2023-12-01', 'to'],
  ['/coverage?from=2022-01-01&to=2023-12-01', 'to'],
  ['/coverage?from=2023-12-01T00:00:00Z&to=2023-12-01', 'from'],
  ['/coverage?from=2023-12-01&to=2023-12-01&product=a', 'product'],
  ['/gaps?product=AAA-USD', 'date'],
  ['/gaps?product=AAA-USD&date=%00', 'date'],
  ['/grid?days=0', 'days'],
  ['/grid?days=93', 'days'],
  ['/grid?days=2&days=3', 'days'],
  ['/grid?to=today', 'to'],
])('%s is refused with its field', async (url, field) => {
  const { status, json, type } = await scene.get(url);
  expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json' });
  expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
});
