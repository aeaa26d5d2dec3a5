import { ledgerRow, loadChange, loadError } from './result-fields.js';

const row = {
  window_id: 'candles/60/BTC-USD/2023-12-01',
  unknown_periods: 2,
  open_periods: 0,
  collection_id: 'c',
  csv_sha256: 'h',
  archive_key: 'k',
  revoked: 0,
};

describe('fields of results', () => {
  it.each(['2023-12-02 00:15:03.0', '2023-12-02 00:15:03', '2023-12-02 00:15:03.000'])('read an instant told as %s', (collected_at) => {
    expect(ledgerRow({ ...row, collected_at }).revision.collectedAtMs).toBe(Date.UTC(2023, 11, 2, 0, 15, 3));
  });

  it('tell whether a revision was withdrawn', () => {
    expect(ledgerRow({ ...row, collected_at: '1970-01-01 00:00:00', revoked: 1 })).toMatchObject({ revoked: true });
  });

  it('read what a load did, and nothing unheard of', () => {
    expect(loadChange({ window_id: 'w', change: 'ledger_moved' })).toEqual(['w', 'ledger_moved']);
    expect(() => loadChange({ window_id: 'w', change: 'doubled' })).toThrow('doubled');
  });

  it('read blank-padded columns of the error table', () => {
    const error = {
      file_name: 's3://elias/_loads/1/a.csv.gz   ',
      line_number: 3,
      column_name: 'open   ',
      error_message: 'Invalid digit   ',
    };
    expect(loadError(error, 'elias')).toEqual({ key: '_loads/1/a.csv.gz', line: 3, column: 'open', reason: 'Invalid digit' });
    expect(loadError({ file_name: 'x' }, 'elias')).toEqual({ key: 'x', line: 0, column: '', reason: '' });
  });
});
