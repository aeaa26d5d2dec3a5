import { MARKET_TABLES, MARKET_VIEWS, marketView, redshiftTable } from '@elias/contracts';
import { migrationBatch, migrationSha256 } from './migrate-redshift.js';
import { MIGRATIONS } from './migrations/index.js';
import { BATCH_STATEMENTS_MAX, STATEMENT_BYTES_MAX } from './sql-text.js';

/** Texts that were released: a line here never changes, a new migration adds one. */
const RELEASED = {
  '0001-market-tables': 'dfa1438b7b8f89b1b518ae7df1d1cb026e9b4d5e8e20793b439cf493ff942b85',
  '0002-stats-tables': 'd32c1ec425a00d59d499e3b3ea3b367156c2e2a9494a00d901bb00a92d18ed2a',
  '0003-product-tables': 'd48ae7951643f8f3d85bd5e17cc492471a180985c94828a3afd20619f39e0d07',
  '0004-trades-table': 'c0eb7638b19a0e641bc97fa50ca9acf385bfeecd5e0381cd93c85b90196ae2ff',
};

describe('the migrations', () => {
  it('are as they were released', () => {
    expect(Object.fromEntries(MIGRATIONS.map((migration) => [migration.name, migrationSha256(migration)]))).toEqual(RELEASED);
  });

  it('make the tables and views that the models describe', () => {
    const made = MIGRATIONS.flatMap(({ statements }) => statements);
    const modelled = [...MARKET_TABLES.map(redshiftTable), ...MARKET_VIEWS.map(marketView)];
    expect(made.toSorted()).toEqual(modelled.map((sql) => sql.replace(/;$/, '')).toSorted());
  });

  it('have names in order', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it.each(MIGRATIONS)('$name fits a batch: lock first, its own ledger row last', (migration) => {
    const batch = migrationBatch(migration);
    expect(batch.length).toBeLessThanOrEqual(BATCH_STATEMENTS_MAX);
    expect(batch.every((sql) => Buffer.byteLength(sql) < STATEMENT_BYTES_MAX)).toBe(true);
    expect(batch[0]).toBe('LOCK market.schema_migrations');
    expect(batch.at(-1)).toBe(
      `INSERT INTO market.schema_migrations (name, sha256, applied_at) VALUES ('${migration.name}', '${migrationSha256(migration)}', GETDATE())`,
    );
  });
});
