import { columnNames, DATASET_MODELS, LOAD_LEDGER_MODEL } from '@elias/contracts';
import { parseWindowId } from '@elias/market-data';
import * as sql from './load-sql.js';

const { candles } = DATASET_MODELS;

it('copies into the columns that the header names, in its order', () => {
  expect(sql.copyStatement(candles, columnNames(candles).join(','))).toBe(
    'COPY market.candles (product_id, granularity, started_at, open, high, low, close, volume) FROM STDIN (FORMAT csv, HEADER true)',
  );
  expect(sql.copyStatement(candles, 'open,product_id')).toBe('COPY market.candles (open, product_id) FROM STDIN (FORMAT csv, HEADER true)');
});

it.each(['product_id,spread', 'product_id,open) FROM PROGRAM', 'open,open', ''])('refuses the header "%s"', (header) => {
  expect(() => sql.copyStatement(candles, header)).toThrow(RangeError);
});

it('deletes the half-open period of one product and granularity', () => {
  expect(sql.deleteRowsStatement(parseWindowId('candles/60/BTC-USD/2023-12-01'))).toEqual({
    text: 'DELETE FROM market.candles WHERE product_id = $1 AND granularity = $2 AND started_at >= $3 AND started_at < $4',
    values: ['BTC-USD', 60, '2023-12-01T00:00:00Z', '2023-12-02T00:00:00Z'],
  });
});

it.each([
  ['asset_stats_daily/BTC-USD/2023-12-01', 'product_id = $1 AND as_of_date >= $2 AND as_of_date < $3', ['BTC-USD']],
  ['discounts_7d/_all/2023-12-01', 'as_of_date >= $1 AND as_of_date < $2', []],
])('deletes the day of %s', (id, condition, product) => {
  const { text, values } = sql.deleteRowsStatement(parseWindowId(id));
  expect(text).toBe(`DELETE FROM market.${id.split('/')[0]} WHERE ${condition}`);
  expect(values).toEqual([...product, '2023-12-01', '2023-12-02']);
});

it('claims blank ledger rows in the order given', () => {
  expect(sql.claimLedgerStatement()).toBe(
    `INSERT INTO market.load_ledger (window_id, unknown_periods, open_periods, collected_at, collection_id, no_trade_periods, csv_sha256, row_count, unknown_ranges, open_ranges, archive_key, state, loaded_at)
SELECT window_id, 0, 0, '1970-01-01T00:00:00Z'::timestamptz, '', 0, '', 0, '', '', '', 'new', now() FROM unnest($1::text[]) WITH ORDINALITY AS w (window_id, place) ORDER BY place
ON CONFLICT (window_id) DO NOTHING RETURNING window_id`,
  );
});

it('locks ledger rows in the order of their ids', () => {
  expect(sql.lockLedgerStatement()).toMatch(/WHERE window_id = ANY \(\$1::text\[\]\) ORDER BY window_id FOR UPDATE$/);
});

it('writes every column of the ledger', () => {
  expect(sql.writeLedgerStatement()).toBe(
    `UPDATE market.load_ledger AS l SET unknown_periods = w.unknown_periods, open_periods = w.open_periods, collected_at = w.collected_at, collection_id = w.collection_id, no_trade_periods = w.no_trade_periods, csv_sha256 = w.csv_sha256, row_count = w.row_count, unknown_ranges = w.unknown_ranges, open_ranges = w.open_ranges, archive_key = w.archive_key, state = 'loaded', loaded_at = now()
FROM unnest($1::text[], $2::integer[], $3::integer[], $4::timestamptz[], $5::text[], $6::integer[], $7::text[], $8::integer[], $9::text[], $10::text[], $11::text[]) AS w (window_id, unknown_periods, open_periods, collected_at, collection_id, no_trade_periods, csv_sha256, row_count, unknown_ranges, open_ranges, archive_key) WHERE l.window_id = w.window_id`,
  );
  const written = [...sql.LOADED_COLUMNS.map(([name]) => name), 'state', 'loaded_at'];
  expect(written.sort()).toEqual(columnNames(LOAD_LEDGER_MODEL).sort());
});

it('leaves nothing of a withdrawn telling in the ledger', () => {
  expect(sql.revokeLedgerStatement()).toBe(
    `UPDATE market.load_ledger SET unknown_periods = 0, open_periods = 0, collected_at = '1970-01-01T00:00:00Z'::timestamptz, collection_id = '', no_trade_periods = 0, csv_sha256 = '', row_count = 0, unknown_ranges = '', open_ranges = '', archive_key = '', state = 'revoked', loaded_at = now() WHERE window_id = ANY ($1::text[])`,
  );
});

it('gives back only rows that it claimed itself', () => {
  expect(sql.unclaimLedgerStatement()).toBe(`DELETE FROM market.load_ledger WHERE window_id = ANY ($1::text[]) AND state = 'new'`);
});

it('notes a withdrawal once', () => {
  expect(sql.insertRevocationsStatement()).toMatch(/ON CONFLICT \(window_id, collection_id\) DO NOTHING$/);
  expect(sql.revocationsStatement()).toBe('SELECT window_id, collection_id FROM market.revocations WHERE window_id = ANY ($1::text[])');
});
