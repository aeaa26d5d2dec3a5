import type { ReportedWindow } from './compared-window.js';
import { coverageText, resultLines, sizeText, verdict, WIDTH } from './result-table.js';

const window = (part: Partial<ReportedWindow> = {}): ReportedWindow => ({
  dataset: 'candles',
  source: 'recording',
  product_id: 'BTC-USD',
  granularity: 60,
  from: '2023-12-01T00:00:00Z',
  to: '2023-12-02T00:00:00Z',
  candles: 1_440,
  coverage: { present: 1_440, no_trade: 0, unknown: 0, open: 0 },
  archive: { bucket: 'elias', key: 'candles/x.zip', bytes: 41_234, sha256: 'a'.repeat(64), csv_sha256: '9f2c41d07ab3'.padEnd(64, '0') },
  twin: { bucket: 'elias', key: 'tables/x' },
  redshift_rows: 1_440,
  rds_rows: 1_440,
  equal: true,
  error: null,
  ...part,
});

it('has a line for each window below its period', () => {
  const lines = resultLines([window(), window({ granularity: 86_400, to: '2024-01-01T00:00:00Z' })]);
  expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
    '',
    '1-minute candles, 2023-12-01',
    'product candles coverage archive size Redshift Postgres equal',
    'BTC-USD 1440 complete 9f2c41d0 41.2 kB 1440 1440 yes',
    '',
    'daily candles, 2023-12-01 to 2023-12-31',
    'product candles coverage archive size Redshift Postgres equal',
    'BTC-USD 1440 complete 9f2c41d0 41.2 kB 1440 1440 yes',
  ]);
});

it('fits 80 columns, with long names, counts and gaps', () => {
  const wide = window({
    product_id: '1000SATS-USD',
    candles: 44_640,
    redshift_rows: 44_640,
    rds_rows: 44_640,
    coverage: { present: 1, no_trade: 0, unknown: 0, open: 12_345 },
  });
  for (const line of resultLines([wide])) expect(line.length).toBeLessThanOrEqual(WIDTH);
});

it('tells what differs below the table', () => {
  const lines = resultLines([window({ equal: false, rds_rows: 1_439, error: 'Postgres: 1 rows are missing' })]);
  expect(lines.at(-2)).toMatch(/1440 +1439 NO$/);
  expect(lines.at(-1)).toBe('BTC-USD: Postgres: 1 rows are missing');
});

it('tells once, in lines that fit, which products lack the same', () => {
  const coverage = { present: 1_070, no_trade: 0, unknown: 1, open: 369 };
  const ids = Array.from({ length: 12 }, (_, i) => `COIN${i}-USD`);
  const lines = resultLines(ids.map((product_id) => window({ product_id, coverage }))).slice(-2);
  expect(lines.join(' ').replace(/ +/g, ' ')).toBe(`1 unknown and 369 open: ${ids.join(' ')}`);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(WIDTH);
});

it('shows a window that was never archived', () => {
  const none = { candles: null, coverage: null, archive: null, twin: null, redshift_rows: 0, rds_rows: null, equal: false };
  expect(resultLines([window({ ...none, error: 'unknown_product: no such product' })]).at(-2)).toMatch(/^BTC-USD +- - +- +- +0 +- NO$/);
});

it.each([
  [{ present: 1_440, no_trade: 0, unknown: 0, open: 0 }, 'complete'],
  [{ present: 1_421, no_trade: 19, unknown: 0, open: 0 }, '19 no trade'],
  [{ present: 1_000, no_trade: 0, unknown: 440, open: 0 }, 'partial 440 unk'],
  [{ present: 1_070, no_trade: 0, unknown: 0, open: 370 }, 'partial 370 open'],
  [{ present: 1_067, no_trade: 0, unknown: 3, open: 370 }, 'partial'],
])('coverage %j reads %s', (coverage, text) => {
  expect(coverageText(coverage)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [41_234, '41.2 kB'],
  [99_960, '100 kB'],
  [999_600, '1.0 MB'],
])('%i bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

it('sums it up', () => {
  const open = window({ coverage: { present: 1_070, no_trade: 0, unknown: 0, open: 370 } });
  expect(verdict([window(), open])).toBe('2 windows, 2,880 candles: all equal in archive, Redshift and Postgres; 1 partial.');
  expect(verdict([window({ equal: false })])).toBe('1 windows, 1,440 candles: 1 NOT equal in archive, Redshift and Postgres.');
});
