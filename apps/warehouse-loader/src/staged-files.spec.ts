import { candleWindowAt } from '@elias/market-data';
import { copyManifest, loadFolder, loadsFolder, revocationsCsv, stagedFileKey, windowsCsv } from './staged-files.js';

const window = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1));
const revision = {
  unknown: 2,
  open: 0,
  collectedAtMs: Date.UTC(2023, 11, 2, 0, 15, 3),
  collectionId: '018c2a00-0000-7000-8000-00000000000a',
};
const hash = 'ab'.repeat(32);

describe('staged files', () => {
  it('lie in a folder of their load, below the prefix', () => {
    expect(loadsFolder('')).toBe('_loads/');
    expect(loadFolder('market/data', 'f00')).toBe('market/data/_loads/f00/');
    expect(stagedFileKey('_loads/f00/', window, revision, hash)).toBe(
      '_loads/f00/BTC-USD_60_2023-12-01_r20231202T001503Z_0000000a_abababababab.csv.gz',
    );
  });

  it('are named by the manifest, each with its length', () => {
    expect(JSON.parse(copyManifest('elias', [{ key: '_loads/f00/a.csv.gz', bytes: 12 }]))).toEqual({
      entries: [{ url: 's3://elias/_loads/f00/a.csv.gz', mandatory: true, meta: { content_length: 12 } }],
    });
  });

  it('tell of windows as the ledger will have them', () => {
    const staged = {
      window,
      revision,
      schemaVersion: 1,
      rowCount: 3,
      noTrade: 1_435,
      csvSha256: hash,
      unknownRanges: '7+1 9+1',
      openRanges: '',
      archiveKey: 'a,b/"c".zip',
      file: { key: 'k', bytes: 1 },
    };
    expect(windowsCsv([staged])).toBe(
      [
        'window_id,dataset,product_id,granularity,from_at,to_at,unknown_periods,open_periods,collected_at,collection_id,no_trade_periods,csv_sha256,row_count,unknown_ranges,open_ranges,archive_key',
        `candles/60/BTC-USD/2023-12-01,candles,BTC-USD,60,2023-12-01T00:00:00Z,2023-12-02T00:00:00Z,2,0,2023-12-02T00:15:03Z,018c2a00-0000-7000-8000-00000000000a,1435,${hash},3,7+1 9+1,"","a,b/""c"".zip"`,
        '',
      ].join('\n'),
    );
  });

  it('tell of withdrawals, whatever their reason holds', () => {
    const reason = 'two\nlines, "quoted" ';
    const csv = revocationsCsv([{ window, collectionId: revision.collectionId, revokedAtMs: Date.UTC(2023, 11, 3), reason }]);
    expect(csv).toBe(
      `window_id,dataset,product_id,granularity,from_at,to_at,collection_id,revoked_at,reason\ncandles/60/BTC-USD/2023-12-01,candles,BTC-USD,60,2023-12-01T00:00:00Z,2023-12-02T00:00:00Z,018c2a00-0000-7000-8000-00000000000a,2023-12-03T00:00:00Z,"two\nlines, ""quoted"" "\n`,
    );
  });
});
