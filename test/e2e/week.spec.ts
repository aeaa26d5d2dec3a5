import { WeekScene } from './week-scene.js';

const PRODUCTS = ['BTC-USD', 'ETH-USD', 'SOL-USD'];
const DEADLINE_MS = 12_000;
const day = (n: number): string => `2024-03-${String(n).padStart(2, '0')}`;
const days = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => day(from + i));
const RUNS = [...days(1, 8).map((date) => `daily/${date}/0`), ...days(1, 7).map((date) => `daily/${date}/1`), `daily/${day(1)}/7`];

const week = new WeekScene(`${day(2)}T02:00:00Z`, PRODUCTS, DEADLINE_MS);
beforeAll(() => week.start(), 300_000);
afterAll(() => week.close(), 120_000);

it('a week runs by itself: a revision, a crash, a late exchange and a halt in it', async () => {
  await week.ended(`daily/${day(1)}/0`);
  // the exchange mends the last minute of a day that was collected: half as much again
  const [last] = await week.sql<{ row: number[] }>(
    `SELECT ARRAY[extract(epoch FROM started_at), low, close * 1.5, open, close * 1.5, volume]::float8[] AS row FROM market.candles
     WHERE product_id = 'BTC-USD' AND granularity = 60 AND started_at = $1`,
    [`${day(1)}T23:59:00Z`],
  );
  await week.exchange.order('edits', { product_id: 'BTC-USD', granularity: 60, time: last!.row[0], row: last!.row });
  await week.passTo(`${day(3)}T12:00:00Z`);

  await week.passTo(`${day(4)}T00:30:00Z`);
  await week.killAndRestart('orchestrator', 'collector', 'transformer', 'rds-loader', 'archiver', 'warehouse-loader');
  await week.passTo(`${day(5)}T00:00:00Z`);
  await week.ended(`daily/${day(3)}/0`);

  await week.exchange.order('faults', { kind: '503', times: null, match: '^/products/ETH-USD/candles' });
  await week.passTo(`${day(5)}T06:00:00Z`);
  await week.until(
    () => week.notifications.some(({ type, data }) => type === 'run.late' && data.date === day(4)),
    'nobody is told that the day is late',
  );
  await week.exchange.clear('faults');

  await week.halt(`${day(6)}T10:00:00Z`, 30);
  await week.passTo(`${day(9)}T12:00:00Z`);
  for (const key of RUNS) await week.ended(key);
}, 300_000);

it('every run is there once, and succeeded', async () => {
  const runs = await week.sql<{ key: string }>('SELECT idempotency_key AS key FROM pipeline.runs ORDER BY 1');
  expect(runs.map(({ key }) => key)).toEqual([...RUNS].sort());
  const others = await week.sql(
    `SELECT r.idempotency_key AS key, t.window_id, t.state, t.problem FROM pipeline.tasks t JOIN pipeline.runs r USING (run_id) WHERE t.state <> 'succeeded'`,
  );
  expect(others).toEqual([]);
  expect(week.notifications.filter(({ type }) => type !== 'run.late')).toEqual([]);
});

it('archive, Redshift and Postgres hold the same of every window', async () => {
  const windows = await week.sql<{ window_id: string }>('SELECT window_id FROM market.load_ledger ORDER BY 1');
  const ids = windows.map(({ window_id }) => window_id);
  const expected = [
    ...PRODUCTS.flatMap((id) => [
      `candles/86400/${id}/2024`,
      ...days(1, 8).flatMap((date) => [`candles/60/${id}/${date}`, `asset_stats_daily/${id}/${date}`]),
    ]),
    ...['asset_discounts_daily', 'discounts_7d', 'discounts_30d', 'products', 'exchange_stats'].flatMap((dataset) =>
      days(1, 8).map((date) => `${dataset}/_all/${date}`),
    ),
  ];
  expect(ids).toEqual(expected.sort());
  const compared = await week.elias(['compare', '-'], ids.join('\n'));
  expect({ ...compared, out: compared.code === 0 ? '' : compared.out }).toEqual({ code: 0, out: '' });
}, 120_000);

it('the checks tell of the halt and of the jump, and of nothing else that is wrong', async () => {
  const found = await week.sql(
    `SELECT to_char(date, 'YYYY-MM-DD') AS date, name, product_id, outcome FROM pipeline.checks WHERE outcome IN ('failed', 'warned') ORDER BY 1, 2, 3`,
  );
  expect(found).toEqual([
    { date: day(1), name: 'price_jump', product_id: 'BTC-USD', outcome: 'warned' },
    { date: day(6), name: 'halt', product_id: '_all', outcome: 'warned' },
  ]);
  const [halt] = await week.sql<{ text: string }>(`SELECT detail->>'text' AS text FROM pipeline.checks WHERE name = 'halt' AND date = $1`, [
    day(6),
  ]);
  expect(halt!.text).toBe(`3 of 3 busy products were silent from ${day(6)}T10:00:00Z to ${day(6)}T10:30:00Z`);
});

it('the revised day is in its stats, and in the discounts of the day a week later', async () => {
  const [revised] = await week.sql<{ tellings: string[]; close: string; reference: string; rank: number }>(
    `SELECT (SELECT array_agg(DISTINCT fact->'told'->>'csvSha256') FROM pipeline.facts WHERE stage = 'sealed' AND window_id = 'candles/60/BTC-USD/${day(1)}') AS tellings,
       trim_scale(s.close)::text AS close, trim_scale(d.reference_price)::text AS reference, d.rank
     FROM market.asset_stats_daily s, market.discounts_7d d
     WHERE s.product_id = 'BTC-USD' AND s.as_of_date = $1 AND d.product_id = 'BTC-USD' AND d.as_of_date = $2`,
    [day(1), day(8)],
  );
  expect(revised!.tellings).toHaveLength(2);
  expect(revised!.reference).toBe(revised!.close);
  const [candle] = await week.sql<{ close: string }>(
    `SELECT trim_scale(close)::text AS close FROM market.candles WHERE product_id = 'BTC-USD' AND granularity = 60 AND started_at = $1`,
    [`${day(1)}T23:59:00Z`],
  );
  expect(candle!.close).toBe(revised!.close);
});
