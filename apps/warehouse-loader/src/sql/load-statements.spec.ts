import { columnNames, DATASET_MODELS } from '@elias/contracts';
import { BATCH_STATEMENTS_MAX, STATEMENT_BYTES_MAX } from '@elias/redshift';
import { ledgerQuery, loadErrorsQuery, loadStatements, QUERY_VALUES_MAX, withdrawnQuery } from './load-statements.js';
import type { LoadText } from './load-statements.js';

const load: LoadText = {
  copyRoleArn: 'arn:aws:iam::123456789012:role/copy',
  revocations: { url: 's3://b/p/_loads/1/revocations.csv', datasets: ['candles'] },
  windows: {
    dataset: 'candles',
    columns: columnNames(DATASET_MODELS.candles),
    windowsUrl: 's3://b/p/_loads/1/windows.csv',
    manifestUrl: 's3://b/p/_loads/1/manifest.json',
    from: '2023-12-01 00:00:00',
    to: '2023-12-02 00:00:00',
  },
};
const sqlOf = (parts: Partial<LoadText> = {}): string[] => loadStatements({ ...load, ...parts }).map(({ sql }) => sql);
const at = (sqls: readonly string[], start: string): number => sqls.findIndex((sql) => sql.startsWith(start));

describe('the statements of a load', () => {
  it('lock the ledger first, in a statement of its own, and nothing else', () => {
    const sqls = sqlOf();
    expect(sqls[0]).toBe('LOCK market.load_ledger');
    expect(sqls.filter((sql) => /\bLOCK\b/.test(sql))).toHaveLength(1);
  });

  it('fit a batch', () => {
    const sqls = sqlOf();
    expect(sqls.length).toBeLessThanOrEqual(BATCH_STATEMENTS_MAX);
    expect(sqls.every((sql) => Buffer.byteLength(sql) < STATEMENT_BYTES_MAX)).toBe(true);
    expect(sqls.reduce((sum, sql) => sum + Buffer.byteLength(sql), 0)).toBeLessThan(STATEMENT_BYTES_MAX);
  });

  it('note withdrawals before windows are compared, and delete before they insert', () => {
    const sqls = sqlOf();
    const order = [
      at(sqls, 'INSERT INTO market.revocations'),
      at(sqls, 'UPDATE market.load_ledger'),
      at(sqls, 'COPY staged_windows'),
      at(sqls, 'COPY staged_rows'),
      at(sqls, 'DELETE FROM loaded_windows WHERE collection_id IN (SELECT collection_id FROM market.revocations)'),
      at(sqls, 'DELETE FROM loaded_windows USING market.load_ledger'),
      at(sqls, 'DELETE FROM loaded_windows USING counted_windows'),
      at(sqls, 'DELETE FROM market.candles USING replaced_windows'),
      at(sqls, 'INSERT INTO market.candles'),
      at(sqls, 'DELETE FROM market.load_ledger'),
      at(sqls, 'INSERT INTO market.load_ledger'),
      at(sqls, 'SELECT s.window_id'),
    ];
    expect(order.every((position) => position > 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('copy with the columns of the header, from exactly the files of the manifest', () => {
    expect(sqlOf()[at(sqlOf(), 'COPY staged_rows')]).toBe(
      `COPY staged_rows ("product_id", "granularity", "started_at", "open", "high", "low", "close", "volume")
FROM 's3://b/p/_loads/1/manifest.json'
IAM_ROLE 'arn:aws:iam::123456789012:role/copy' MANIFEST GZIP EMPTYASNULL FORMAT AS CSV IGNOREHEADER 1 TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF`,
    );
    const reordered = sqlOf({ windows: { ...load.windows!, columns: ['open', 'product_id'] } });
    expect(reordered[at(reordered, 'COPY staged_rows')]).toContain('COPY staged_rows ("open", "product_id")');
    expect(reordered[at(reordered, 'INSERT INTO market.candles')]).toContain(
      'INSERT INTO market.candles ("open", "product_id")\nSELECT s."open", s."product_id" FROM staged_rows s',
    );
  });

  it('take the default role of the warehouse when none is set', () => {
    const sqls = sqlOf({ copyRoleArn: null });
    expect(sqls.filter((sql) => sql.startsWith('COPY')).every((sql) => sql.includes('\nIAM_ROLE default'))).toBe(true);
  });

  it('copy no rows where no window has any, and still replace them', () => {
    const sqls = sqlOf({ windows: { ...load.windows!, manifestUrl: null } });
    expect(at(sqls, 'COPY staged_rows')).toBe(-1);
    expect(at(sqls, 'DELETE FROM market.candles USING replaced_windows')).toBeGreaterThan(0);
  });

  it('are few without windows, or without withdrawals', () => {
    expect(sqlOf({ windows: null }).some((sql) => sql.includes('staged_windows'))).toBe(false);
    expect(sqlOf({ revocations: null }).some((sql) => sql.includes('staged_revocations'))).toBe(false);
  });

  it('delete only rows of the windows, within the sort key of all', () => {
    expect(sqlOf()[at(sqlOf(), 'DELETE FROM market.candles USING replaced_windows')]).toBe(
      `DELETE FROM market.candles USING replaced_windows w
WHERE candles."product_id" = w.product_id AND candles."granularity" = w.granularity AND candles."started_at" >= w.from_at AND candles."started_at" < w.to_at AND candles."started_at" >= '2023-12-01 00:00:00' AND candles."started_at" < '2023-12-02 00:00:00'`,
    );
  });

  it('compare revisions by unknown and open periods, then time, then id; what was withdrawn does not stand', () => {
    expect(sqlOf()[at(sqlOf(), 'DELETE FROM loaded_windows USING market.load_ledger')]).toBe(
      `DELETE FROM loaded_windows USING market.load_ledger l
WHERE loaded_windows.window_id = l.window_id AND l.state = 'loaded' AND l.collection_id NOT IN (SELECT collection_id FROM market.revocations)
  AND (l.unknown_periods + l.open_periods < loaded_windows.unknown_periods + loaded_windows.open_periods
    OR (l.unknown_periods + l.open_periods = loaded_windows.unknown_periods + loaded_windows.open_periods
      AND (l.collected_at > loaded_windows.collected_at OR (l.collected_at = loaded_windows.collected_at AND l.collection_id >= loaded_windows.collection_id))))`,
    );
  });

  it('say which of them take files, and which reports', () => {
    const statements = loadStatements(load);
    expect(statements.every(({ sql, copies }) => copies === sql.startsWith('COPY '))).toBe(true);
    expect(statements.filter(({ reports }) => reports).map(({ sql }) => statements.findIndex((one) => one.sql === sql))).toEqual([
      statements.length - 1,
    ]);
  });
});

describe('questions to the warehouse', () => {
  it('name their windows, a bounded number at a time', () => {
    expect(ledgerQuery(['candles/60/BTC-USD/2023-12-01'])).toContain("WHERE l.window_id IN ('candles/60/BTC-USD/2023-12-01')");
    expect(ledgerQuery(null)).not.toContain('WHERE');
    const ids = Array.from({ length: QUERY_VALUES_MAX }, (_, number) => `${'x'.repeat(159)}${number % 10}`);
    expect(Buffer.byteLength(ledgerQuery(ids))).toBeLessThan(STATEMENT_BYTES_MAX);
    expect(() => ledgerQuery([...ids, 'one more'])).toThrow(RangeError);
    expect(() => withdrawnQuery([])).toThrow(RangeError);
  });

  it('read the error table by folder and time', () => {
    expect(loadErrorsQuery('s3://b/_loads/1/', '2023-12-01 00:00:00')).toContain(
      "WHERE LEFT(file_name, 16) = 's3://b/_loads/1/' AND start_time >= '2023-12-01 00:00:00'\nORDER BY start_time DESC",
    );
    expect(loadErrorsQuery('s3://b/_loads/1/', null)).not.toContain('start_time >=');
  });
});
