import { DATASET_MODELS, LOAD_LEDGER_MODEL } from './dataset-models.js';
import { postgresTable, redshiftTable } from './ddl.js';

it('writes a table for Postgres with its key enforced', () => {
  expect(postgresTable(DATASET_MODELS.candles)).toBe(`CREATE TABLE market.candles (
  product_id TEXT COLLATE "C" NOT NULL,
  granularity INTEGER NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  open NUMERIC(24, 10) NOT NULL,
  high NUMERIC(24, 10) NOT NULL,
  low NUMERIC(24, 10) NOT NULL,
  close NUMERIC(24, 10) NOT NULL,
  volume NUMERIC(30, 10) NOT NULL,
  PRIMARY KEY (product_id, granularity, started_at)
);`);
});

it('writes a table for Redshift with what Redshift has', () => {
  const sql = redshiftTable(LOAD_LEDGER_MODEL);
  expect(sql).toContain('  "window_id" VARCHAR(160) NOT NULL,');
  expect(sql).toContain('  "collected_at" TIMESTAMP NOT NULL,');
  expect(sql).toMatch(/\)\nDISTSTYLE AUTO\nSORTKEY \("window_id"\);$/);
});
