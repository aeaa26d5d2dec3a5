import type { Manifest } from '@elias/archive';
import { parseWindowId } from '@elias/market-data';
import { storeDifference } from './compare-window.js';
import type { LedgerEntry, StoredWindow } from './stored-window.js';

const window = parseWindowId('candles/21600/BTC-USD/2023-02');
const revision = { unknown: 1, open: 0, collectedAtMs: 0, collectionId: '018c2a00-0000-7000-8000-00000000000a' };
const manifest: Manifest = {
  schemaVersion: 1,
  window,
  revision,
  rowCount: 2,
  coverage: {
    present: 2,
    noTrade: 109,
    unknown: 1,
    open: 0,
    unknownRanges: [{ fromMs: window.fromMs, toMs: window.fromMs + 21_600_000 }],
    openRanges: [],
  },
  csvSha256: 'aa',
  csvName: 'x.csv',
  csvBytes: 1,
};
const rows = ['BTC-USD,21600,2023-02-01T06:00:00Z,1,2,1,2,10', 'BTC-USD,21600,2023-02-01T12:00:00Z,2,2,2,2,0.5'];
const csv = Buffer.from(['product_id,granularity,started_at,open,high,low,close,volume', ...rows, ''].join('\n'));
const ledger: LedgerEntry = { revision, csvSha256: 'aa', rowCount: 2, noTrade: 109, unknownRanges: '0+1', openRanges: '', state: 'loaded' };
const difference = (part: Partial<StoredWindow>): string | null => storeDifference({ manifest, csv }, { rows, ledger, ...part });

it('finds equal what is equal, also under another collection with the same content', () => {
  expect(difference({})).toBeNull();
  expect(difference({ ledger: { ...ledger, revision: { ...revision, collectionId: 'other' } } })).toBeNull();
});

it.each<[string, Partial<StoredWindow>, RegExp]>([
  [
    'one changed value',
    { rows: [rows[0]!, rows[1]!.replace('0.5', '0.6')] },
    /^row 2 is of 2023-02-01T12:00:00Z and has volume 0\.6, in the archive 0\.5$/,
  ],
  ['a missing last row', { rows: rows.slice(0, 1) }, /^1 rows are missing at its end/],
  ['a missing first row', { rows: rows.slice(1) }, /^row 1 is of 2023-02-01T12:00:00Z, in the archive of 2023-02-01T06:00:00Z$/],
  ['a row too many', { rows: [...rows, 'more'] }, /^1 rows too many/],
  ['no ledger row', { ledger: null }, /no such window/],
  ['an altered unknown minute', { ledger: { ...ledger, unknownRanges: '1+1' } }, /unknown periods "1\+1", the manifest "0\+1"/],
  ['an altered open minute', { ledger: { ...ledger, openRanges: '1+1' } }, /open periods "1\+1"/],
  ['another count', { ledger: { ...ledger, noTrade: 108 } }, /periods without a trade "108"/],
  [
    'another revision and content',
    { ledger: { ...ledger, csvSha256: 'bb', revision: { ...revision, collectionId: 'b' } } },
    /names collection b/,
  ],
  ['other content under the same revision', { ledger: { ...ledger, csvSha256: 'bb' } }, /has content bb/],
  ['a revoked window', { ledger: { ...ledger, state: 'revoked' } }, /says revoked/],
])('sees %s', (_what, part, expected) => {
  expect(difference(part)).toMatch(expected);
});
