import { guardDecimals } from './guard-decimals.js';
import type { TableColumns, ValueKind } from './guard-decimals.js';
import { readStatement } from './read-statement.js';

const candles = new Map<string, ValueKind>([
  ['product_id', 'other'],
  ['granularity', 'integer'],
  ['open', 'decimal'],
  ['close', 'decimal'],
  ['volume', 'decimal'],
  ['score', 'float'],
]);
const tables: TableColumns = new Map([
  ['market.candles', candles],
  ['stage', candles],
]);
const guard = (sql: string): void => guardDecimals(readStatement(sql), tables);

it.each([
  'SELECT close * volume FROM market.candles',
  'SELECT c.close / c.volume FROM market.candles c',
  'SELECT sum(close * volume) FROM market.candles',
  'SELECT close / 2 FROM market.candles',
  'SELECT (close - volume) * (close + 1) FROM market.candles',
  'SELECT sum(volume) / count(*) FROM market.candles',
  'SELECT sum(close::decimal(18, 4)) * volume FROM market.candles',
  'SELECT nvl(close, 0) * volume FROM market.candles',
  'SELECT CASE WHEN close > 1 THEN close ELSE 0 END * volume FROM market.candles',
  'SELECT x * y FROM (SELECT close AS x, volume AS y FROM market.candles) s',
  'WITH w AS (SELECT * FROM market.candles) SELECT close * volume FROM w',
  'WITH w (a, b) AS (SELECT close, volume FROM market.candles) SELECT a * b FROM w',
  'SELECT a FROM (SELECT close AS a FROM market.candles UNION ALL SELECT 1) u WHERE a * a > 1',
  'SELECT 1 FROM market.candles c WHERE EXISTS (SELECT 1 FROM stage s WHERE s.close * c.close > 1)',
  'SELECT (SELECT max(close) FROM market.candles) * close FROM market.candles',
  'SELECT row_number() OVER (ORDER BY close * volume) FROM market.candles',
  'SELECT product_id FROM market.candles ORDER BY close * volume',
  'SELECT a.close::decimal(18, 4) * a.volume::decimal(18, 4) * a.close FROM market.candles a',
  'INSERT INTO stage SELECT product_id, 60, close * volume FROM market.candles',
  'UPDATE stage SET volume = close * volume',
  'DELETE FROM stage USING market.candles c WHERE stage.close * c.volume > 1',
  'MERGE INTO stage USING market.candles c ON stage.product_id = c.product_id WHEN MATCHED THEN UPDATE SET close = c.close * c.volume WHEN NOT MATCHED THEN INSERT VALUES (1)',
  'CREATE TABLE t AS SELECT close * volume AS v FROM market.candles',
  'CREATE VIEW v AS SELECT close * volume AS v FROM market.candles',
])('refuses %s', (sql) => {
  expect(() => guard(sql)).toThrow(/refuses "[*/]" on decimal columns/);
});

it.each([
  'SELECT close::decimal(18, 4) * CAST(volume AS DECIMAL(18, 4)) FROM market.candles',
  'SELECT close::decimal(18, 4) / volume::decimal(18, 4) FROM market.candles',
  'SELECT close * 2, close * 1.5, close + volume, close - 1, -close FROM market.candles',
  'SELECT close * score, close::float / 2 FROM market.candles',
  'SELECT granularity * 60 / 2, count(*) * 2 FROM market.candles',
  'SELECT a * b FROM unknown_table',
  'SELECT count(*) * 2 FROM (SELECT close AS count FROM market.candles) s',
])('lets %s pass', (sql) => {
  expect(() => guard(sql)).not.toThrow();
});

it('points at the operator', () => {
  expect(() => guard('SELECT close * volume FROM market.candles')).toThrow(expect.objectContaining({ position: 14 }));
});
